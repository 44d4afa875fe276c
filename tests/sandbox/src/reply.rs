//! Answers before they become bytes: the envelopes of v1 (wire contract 2.1) and of the SSP (3.6),
//! and the shapes an error can come in (3.13).

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::clock;
use crate::fault::Shape;
use crate::json::{self, Style};
use crate::switches::InvalidIs;
use crate::validate::Issue;

/// Which of the two interfaces a call belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    /// E1 to E5.
    V1,
    /// E10, `/api/v1/ssp/bid-request`.
    Ssp,
}

/// What every envelope says about its own making.
pub(crate) struct Stamp {
    pub(crate) request_id: String,
    /// Seconds.
    pub(crate) total_time: f64,
}

/// Marks an answer that carries at least one ad.
#[derive(Clone, Copy)]
pub(crate) struct Served;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct V1Envelope<'a, D, E> {
    api_version: &'static str,
    request_id: &'a str,
    timestamp: String,
    docs_url: &'static str,
    total_time: f64,
    status: &'static str,
    message: &'a str,
    data: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<E>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SspEnvelope<'a, D> {
    request_id: &'a str,
    timestamp: String,
    total_time: f64,
    status: &'static str,
    message: &'a str,
    data: D,
    error: Option<Exception>,
}

#[derive(Serialize)]
struct Exception {
    r#type: &'static str,
    code: u16,
}

/// A v1 success.
pub(crate) fn v1_success(
    stamp: &Stamp,
    message: &str,
    data: impl Serialize,
    style: Style,
) -> Response<Body> {
    let envelope = v1_envelope::<_, ()>(stamp, "success", message, data, None);
    with_json(200, json::to_vec(&envelope, style))
}

/// A v1 validation error: FastAPI's list inside the platform's envelope.
pub(crate) fn v1_invalid(stamp: &Stamp, issues: &[Issue]) -> Response<Body> {
    let detail = Some(json!({ "detail": issues }));
    let envelope = v1_envelope(stamp, "error", "Validation error", json!({}), detail);
    with_json(422, json::to_vec(&envelope, Style::Utf8))
}

/// An SSP success, which an auction nobody won is too.
pub(crate) fn ssp_success(
    stamp: &Stamp,
    message: &str,
    data: impl Serialize,
    style: Style,
) -> Response<Body> {
    let envelope = ssp_envelope(stamp, "success", message, data, None);
    with_json(200, json::to_vec(&envelope, style))
}

/// An SSP validation error: FastAPI's list alone.
pub(crate) fn ssp_invalid(how: InvalidIs, issues: &[Issue]) -> Response<Body> {
    let code = match how {
        InvalidIs::Unprocessable => 422,
        InvalidIs::BadRequest => 400,
    };
    with_json(code, json::to_vec(&json!({ "detail": issues }), Style::Utf8))
}

/// An error in the envelope of `family`.
pub(crate) fn error(family: Family, stamp: &Stamp, code: u16, message: &str) -> Response<Body> {
    let shape = match family {
        Family::V1 => Shape::V1,
        Family::Ssp => Shape::Ssp,
    };
    shaped_error(shape, stamp, code, message)
}

/// An error in any shape a client may meet.
pub(crate) fn shaped_error(
    shape: Shape,
    stamp: &Stamp,
    code: u16,
    message: &str,
) -> Response<Body> {
    let exception = Some(Exception { r#type: "HTTPException", code });
    let body = match shape {
        Shape::V1 => to_json(&v1_envelope(stamp, "error", message, json!({}), exception)),
        Shape::Ssp => {
            to_json(&ssp_envelope(stamp, "error", message, json!({"bid": null}), exception))
        }
        Shape::Detail => to_json(&json!({ "detail": message })),
        Shape::DetailList => {
            to_json(&json!({"detail": [{"type": "value_error", "loc": ["body"], "msg": message}]}))
        }
        Shape::Error => to_json(&json!({ "error": message })),
        Shape::Html => return with_html(code, &page(message)),
        Shape::Empty => Vec::new(),
    };
    with_json(code, body)
}

/// FastAPI's own errors, of the router rather than of a handler.
pub(crate) fn detail(code: u16, message: &str) -> Response<Body> {
    with_json(code, to_json(&json!({ "detail": message })))
}

/// 405 where `methods` are allowed.
pub(crate) fn not_allowed(methods: &'static str) -> Response<Body> {
    let mut response = detail(405, "Method Not Allowed");
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
    response
}

pub(crate) fn with_json(code: u16, body: Vec<u8>) -> Response<Body> {
    respond(code, "application/json", body)
}

pub(crate) fn with_html(code: u16, body: &str) -> Response<Body> {
    respond(code, "text/html; charset=utf-8", body.into())
}

pub(crate) fn page(title: &str) -> String {
    format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>")
}

/// A redirect to `location`, which must be a legal field value.
pub(crate) fn redirect(code: u16, location: &str) -> Response<Body> {
    let mut response = respond(code, "text/plain; charset=utf-8", Vec::new());
    if let Ok(value) = location.parse() {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

fn respond(code: u16, content_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    json::to_vec(value, Style::Utf8)
}

fn v1_envelope<'a, D, E>(
    stamp: &'a Stamp,
    status: &'static str,
    message: &'a str,
    data: D,
    error: Option<E>,
) -> V1Envelope<'a, D, E> {
    V1Envelope {
        api_version: "0.1.0",
        request_id: &stamp.request_id,
        timestamp: clock::timestamp(),
        docs_url: "https://docs.thrads.ai/",
        total_time: stamp.total_time,
        status,
        message,
        data,
        error,
    }
}

fn ssp_envelope<'a, D>(
    stamp: &'a Stamp,
    status: &'static str,
    message: &'a str,
    data: D,
    error: Option<Exception>,
) -> SspEnvelope<'a, D> {
    SspEnvelope {
        request_id: &stamp.request_id,
        timestamp: clock::timestamp(),
        total_time: stamp.total_time,
        status,
        message,
        data,
        error,
    }
}
