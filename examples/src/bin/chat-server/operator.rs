//! For whoever runs it: the counters, the last decisions explained, and what machines ask for.

use crate::app::App;
use crate::page;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use ipnet::IpNet;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use thrads_core::Explained;
use thrads_std::Outcome;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/operator", get(async |_: Operator| page::OPERATOR))
        .route("/operator/state", get(state))
}

/// The last decisions about asking. No word and no name of a person is in them.
#[derive(Default)]
pub(crate) struct Decisions(Mutex<VecDeque<Decision>>);

#[derive(Clone, Serialize)]
struct Decision {
    /// Seconds since 1970.
    at: u64,
    outcome: &'static str,
    explained: String,
    /// Of a failure: what to do about it.
    detail: String,
}

impl Decisions {
    /// Notes what came of an ask, or that it was given up.
    pub(crate) fn note(&self, outcome: Option<&Outcome>, explained: Option<Explained>) {
        let detail = match outcome {
            Some(Outcome::Failed(failure)) => failure.to_string(),
            _ => String::new(),
        };
        let decision = Decision {
            at: seconds(),
            outcome: outcome.map_or("given_up", Outcome::code),
            explained: explained.map(|explained| explained.to_string()).unwrap_or_default(),
            detail,
        };
        let mut decisions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        decisions.truncate(KEPT - 1);
        decisions.push_front(decision);
    }

    fn all(&self) -> Vec<Decision> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// The networks that may look; loopback unless told.
pub(crate) fn networks(given: &[IpNet]) -> Vec<IpNet> {
    if given.is_empty() {
        ["127.0.0.0/8", "::1/128"].iter().filter_map(|net| net.parse().ok()).collect()
    } else {
        given.to_vec()
    }
}

/// Somebody who may see how it is going. To everybody else there is no such page.
struct Operator;

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = StatusCode;

    /// Behind a proxy that is not trusted nobody is known, so nobody is an operator.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, StatusCode> {
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or(StatusCode::NOT_FOUND)?;
        let peer = peer.0.ip();
        let address = app.proxies.person(peer, &parts.headers);
        let is_known = !app.proxies.is_hidden(peer, &parts.headers);
        let is_operator = address.is_some_and(|address| app.operators.trusts(address));
        if is_known && is_operator { Ok(Self) } else { Err(StatusCode::NOT_FOUND) }
    }
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.is_draining.load(Relaxed) {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn metrics(_: Operator, State(app): State<Arc<App>>) -> impl IntoResponse {
    let gauges = [
        ("page_chats", "Chats remembered.", app.chats.len()),
        ("page_impressions_waiting", "Impressions served and not yet seen.", app.shelf.len()),
        ("page_tasks", "Turns and reports under way.", app.work.len()),
    ];
    (PROMETHEUS, app.counters.prometheus(&gauges) + &app.metrics.render())
}

async fn state(_: Operator, State(app): State<Arc<App>>) -> Json<Value> {
    let counters: Vec<_> = app.counters.rows().collect();
    Json(json!({
        "platform": app.platform.describe(),
        "chats": app.chats.len(),
        "waiting": app.shelf.len(),
        "counters": counters,
        "decisions": app.decisions.all(),
    }))
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

const PROMETHEUS: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
/// Decisions kept; the oldest is forgotten beyond it.
const KEPT: usize = 50;
