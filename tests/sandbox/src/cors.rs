//! Browsers: registered origins and the preflight (wire contract 1.4).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};

use crate::config::Config;
use crate::reply::{self, Family};
use crate::world::Shared;

/// Whether a call comes from a server, which names no origin, or from a registered one.
pub(crate) fn is_admitted(config: &Config, headers: &HeaderMap) -> bool {
    !headers.contains_key(ORIGIN) || origin(config, headers).is_some()
}

/// What every answer to a registered origin carries; nothing for anybody else.
pub(crate) fn allowed_origin(config: &Config, headers: &HeaderMap) -> HeaderMap {
    origin(config, headers).map_or_else(HeaderMap::new, |origin| {
        HeaderMap::from_iter([
            (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
            (VARY, HeaderValue::from_static("Origin")),
        ])
    })
}

/// `OPTIONS` of E10; one that asks about no method is no preflight.
pub(crate) async fn preflight(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Response<Body> {
    if !headers.contains_key(ORIGIN) || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return reply::not_allowed("POST");
    }
    if !is_admitted(&shared.config, &headers) {
        let stamp = shared.world().stamp(Family::Ssp, std::time::Instant::now());
        return reply::error(Family::Ssp, &stamp, 403, "Origin not allowed");
    }
    let mut response = Response::default();
    response.headers_mut().extend(allowed_origin(&shared.config, &headers));
    for (name, value) in ALLOWED {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn origin<'a>(config: &Config, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let sent = headers.get(ORIGIN)?;
    config.origins.iter().any(|origin| origin.as_bytes() == sent.as_bytes()).then_some(sent)
}

const ALLOWED: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "thrad-api-key, Content-Type, Origin, Referer"),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
];
