//! The sandbox's own routes, which the platform does not have: its description, statistics, faults and creatives.
//! None of them is recorded, limited or met by a fault.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, Uri};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::inventory::inventory;
use crate::issuer::Issuer;
use crate::json::{self, Style};
use crate::reply;
use crate::world::Shared;

/// Everything under `/sandbox/`, and `/openapi.json`.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/openapi.json", get(description))
        .route("/sandbox/stats", get(stats))
        .route("/sandbox/fault", post(arm).delete(clear))
        .route("/sandbox/creative", post(show).delete(hide))
        .route("/sandbox/redirected", get(redirected).post(redirected))
        .route("/sandbox/landing", get(landing))
}

/// Which requests an injected fault meets.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum On {
    #[default]
    Calls,
    Pings,
}

impl Shared {
    /// The next `times` requests meet `fault`; see [`Fault::Refuse`] for how that one counts.
    pub(crate) fn inject(&self, on: On, fault: Fault, times: Option<u32>) {
        match (fault, on) {
            (Fault::Refuse(time), _) => {
                self.gate.shut(times.map(|times| time.saturating_mul(times)))
            }
            (_, On::Calls) => self.world().call_faults.push(fault, times),
            (_, On::Pings) => self.world().ping_faults.push(fault, times),
        }
    }

    /// No fault is waiting afterwards, and the port is open.
    pub(crate) fn clear_faults(&self) {
        let mut world = self.world();
        world.call_faults.clear();
        world.ping_faults.clear();
        drop(world);
        self.gate.open();
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    fault: String,
    times: Option<u32>,
    #[serde(default)]
    on: On,
}

// The ids in its examples are given out here, since one that nobody was given is answered 404.
async fn description(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let mut world = shared.world();
    let mut issuer = Issuer { world: &mut world, base: "", billable: false };
    let [vote_url, _] = issuer.poll(inventory().polls[0].id);
    let token = vote_url.rsplit('=').next().unwrap_or_default();
    let text = include_str!("../openapi.json")
        .replace("{poll token}", token)
        .replace("{sponsored prompt id}", &issuer.feedback_id());
    reply::with_json(200, text.into_bytes())
}

async fn stats(State(shared): State<Arc<Shared>>) -> Response<Body> {
    reply::with_json(200, json::to_vec(&shared.stats(), Style::Utf8))
}

async fn arm(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return reply::detail(422, &error.to_string()),
    };
    let fault: Fault = match order.fault.parse() {
        Ok(fault) => fault,
        Err(error) => return reply::detail(422, &error.to_string()),
    };
    // The order to open a port again could not come in through it.
    let times = order.times.or(matches!(fault, Fault::Refuse(_)).then_some(1));
    shared.inject(order.on, fault, times);
    if let Fault::Refuse(time) = fault {
        shared.gate.refuses(time).await;
    }
    let armed = json!({"fault": fault.to_string(), "times": times});
    reply::with_json(200, json::to_vec(&armed, Style::Utf8))
}

async fn clear(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.clear_faults();
    reply::with_json(200, b"{}".to_vec())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creative {
    members: Map<String, Value>,
    times: Option<u32>,
}

async fn show(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice(&body) {
        Ok(Creative { members, times }) => {
            shared.world().creatives.push(members, times);
            reply::with_json(200, b"{}".to_vec())
        }
        Err(error) => reply::detail(422, &error.to_string()),
    }
}

async fn hide(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.world().creatives.clear();
    reply::with_json(200, b"{}".to_vec())
}

async fn redirected(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.world().stats.redirect_followed += 1;
    reply::with_json(200, br#"{"followed":true}"#.to_vec())
}

async fn landing(uri: Uri) -> Response<Body> {
    let advertiser =
        uri.query().and_then(|query| query.strip_prefix("advertiser=")).unwrap_or_default();
    let shown: String =
        advertiser.chars().filter(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
    reply::with_html(200, &reply::page(&format!("{shown}: the advertiser's page would be here")))
}
