//! Lets a request meet its fault: before the handler, around it, or on the wire after it.

use std::future::{Future, pending};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::fault::{Fault, Shape};
use crate::gzip;
use crate::reply::{self, Family, Served};
use crate::script::{Answer, Script};
use crate::wire::Link;
use crate::world::Shared;

/// A request on its way through its fault.
pub(crate) struct Course<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) link: &'a Link,
    pub(crate) base: String,
    pub(crate) family: Family,
}

/// An answer, and the fault that is still to meet it on the wire.
pub(crate) struct Outcome {
    pub(crate) response: Response<Body>,
    wire: Option<Fault>,
    body: Vec<u8>,
}

impl Course<'_> {
    /// Faults that replace the answer keep the call from its handler, so that, like any error of the
    /// platform, they advance no pacing.
    pub(crate) async fn run(
        &self,
        fault: Option<Fault>,
        handler: impl Future<Output = Response<Body>>,
    ) -> Outcome {
        let Some(fault) = fault else { return Outcome::plain(handler.await) };
        match fault {
            Fault::Refuse(time) => {
                self.shared.gate.shut(Some(time));
                self.shared.gate.refuses(time).await;
                self.link.play(Script::silence());
                Outcome { wire: Some(fault), ..Outcome::plain(Response::default()) }
            }
            Fault::Hang => pending().await,
            Fault::Delay(time) => {
                tokio::time::sleep(time).await;
                Outcome::plain(handler.await)
            }
            Fault::Html => {
                Outcome::plain(reply::with_html(200, "<html><body>maintenance</body></html>"))
            }
            Fault::Empty200 => Outcome::plain(reply::with_json(200, Vec::new())),
            Fault::NoContent => Outcome::plain(no_content()),
            Fault::Status { code, shape, retry_after } => {
                Outcome::plain(self.error(code, shape, retry_after))
            }
            Fault::Redirect => {
                Outcome::plain(reply::redirect(302, &format!("{}/sandbox/redirected", self.base)))
            }
            Fault::TruncatedJson => {
                Outcome::altered(handler.await, |body| body[..body.len() / 2].to_vec()).await
            }
            Fault::Gzip => {
                let mut outcome = Outcome::altered(handler.await, gzip::wrap).await;
                let encoding = HeaderValue::from_static("gzip");
                outcome.response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
                outcome
            }
            wire => Outcome { wire: Some(wire), ..Outcome::read(handler.await).await },
        }
    }

    fn error(&self, code: u16, shape: Option<Shape>, retry_after: Option<u32>) -> Response<Body> {
        let stamp = self.shared.world().stamp(self.family, Instant::now());
        let text = message(code);
        let mut response = match shape {
            Some(shape) => reply::shaped_error(shape, &stamp, code, text),
            None => reply::error(self.family, &stamp, code, text),
        };
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl Outcome {
    pub(crate) fn plain(response: Response<Body>) -> Self {
        Self { response, wire: None, body: Vec::new() }
    }

    /// Whether not even a status line goes out.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.wire, Some(Fault::Refuse(_) | Fault::Close(0)))
    }

    /// Hands the answer to the connection; `whole` is called if all of it goes out.
    pub(crate) fn finish(
        self,
        link: &Link,
        whole: impl FnOnce() + Send + 'static,
    ) -> Response<Body> {
        let Some(fault) = self.wire else {
            whole();
            return self.response;
        };
        if matches!(fault, Fault::Refuse(_)) {
            return self.response;
        }
        let (parts, _) = self.response.into_parts();
        let answer = Answer { status: parts.status, headers: parts.headers, body: self.body };
        let mut script = Script::for_fault(fault, answer);
        script.when_whole(fault, whole);
        link.play(script);
        Response::default()
    }

    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.map(Vec::from).unwrap_or_default();
        Self { response: Response::from_parts(parts, Body::empty()), wire: None, body }
    }

    // A body that is no longer what the client asked for counts as no ad.
    async fn altered(response: Response<Body>, how: fn(&[u8]) -> Vec<u8>) -> Self {
        let Self { mut response, body, .. } = Self::read(response).await;
        response.extensions_mut().remove::<Served>();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(how(&body));
        Self::plain(response)
    }
}

fn no_content() -> Response<Body> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn message(code: u16) -> &'static str {
    match code {
        400 => "Bad Request",
        401 => "Invalid API key",
        403 => "Origin not allowed",
        404 => "Not Found",
        422 => "Validation error",
        429 => "Rate limit exceeded",
        500 => "Render failed",
        501 => "External render not supported",
        _ => "Service Unavailable",
    }
}
