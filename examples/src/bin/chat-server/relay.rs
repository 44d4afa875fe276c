//! `POST /relay`: what devices of the same publisher cannot deliver safely themselves (wire contract 4.2, 4.5 to 4.7).

use crate::app::App;
use crate::args::RelayArgs;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use thrads_std::{Relay, RelayOptions, RelayReach, RelayVerdict};

/// The relay of this server; none unless it was given a secret.
pub(crate) fn start(args: &RelayArgs) -> Result<Option<Relay>, String> {
    let read = |file: &str| fs::read(file).map_err(|error| format!("{file}: {error}"));
    if !args.seen_as.is_empty() && args.to_loopback.is_none() {
        return Err("--relay-seen-as goes with --relay-to-loopback".to_owned());
    }
    let Some(secret) = &args.secret else {
        let unused = args.to_loopback.as_ref().map(|_| "--relay-to-loopback goes with --relay");
        return unused.map_or(Ok(None), |problem| Err(problem.to_owned()));
    };
    let mut options = RelayOptions::default();
    if let Some(authority) = &args.to_loopback {
        options.reach = RelayReach::LoopbackForTests {
            authority: Some(read(authority)?),
            seen_as: args.seen_as.clone(),
        };
    }
    let relay = Relay::new(read(secret)?.trim_ascii(), options);
    relay.map(Some).map_err(|error| error.to_string())
}

/// 404 where there is no relay, else what [`Relay::handle`] says.
pub(crate) async fn relay(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(relay) = &app.relay else { return StatusCode::NOT_FOUND.into_response() };
    let Some(from) = app.proxies.person(peer.ip(), &headers) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let field = |name: &str| headers.get(name)?.to_str().ok();
    let answer = relay.handle(from, field, &body).await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, FIELDS, answer.body).into_response();
    let fields = response.headers_mut();
    fields.insert("x-relay", answer.verdict.code().parse().expect("codes are plain words"));
    if answer.verdict == RelayVerdict::Limited {
        fields.insert(header::RETRY_AFTER, 60.into());
    }
    response
}

const FIELDS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn what_would_be_left_unused_is_refused() {
        let seen_as = vec![(IpAddr::V4(Ipv4Addr::new(10, 0, 2, 102)), 8443)];
        let problem = |args| start(&args).err().unwrap_or_default();
        let alone = RelayArgs { seen_as, ..RelayArgs::default() };
        assert_eq!(problem(alone), "--relay-seen-as goes with --relay-to-loopback");
        let without = RelayArgs { to_loopback: Some("ca.der".to_owned()), ..RelayArgs::default() };
        assert_eq!(problem(without), "--relay-to-loopback goes with --relay");
        assert!(start(&RelayArgs::default()).is_ok_and(|relay| relay.is_none()));
    }
}
