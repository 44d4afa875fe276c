//! `Transport` over a pooled reqwest client.
//!
//! The seam between thrads-core and the network, on a server. Sections 1.4 and 3.15 of the wire contract: no redirects,
//! no headers of its own, nothing in plain text but to loopback.

use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;
use rustls_platform_verifier::BuilderVerifierExt;
use std::error::Error;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use thrads_core::{Head, Method, Millis, Request, Transport, TransportError, TransportErrorKind};
use tokio::time::timeout;

/// Bytes that the body of an answer may have; a longer one is `TooLarge` (wire contract T62).
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Moves bytes through a pool of connections. Clones share the pool.
///
/// reqwest takes URLs apart and puts them together again as browsers do: `.` and `..` in a path are resolved, and `'` in a
/// query and what RFC 3986 does not allow are percent-encoded. A tracker with one of these is not asked for byte by
/// byte; the platform's have none. It adds `Accept: */*` and `Host`. Proxies are not used.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// A transport with a pool of its own. Certificates are judged by the system's verifier; on a machine without
    /// certificates every https target ends as [`TransportErrorKind::Tls`].
    ///
    /// # Errors
    ///
    /// [`StartError`] if TLS cannot be set up.
    pub fn new() -> Result<Self, StartError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config().map_err(|_| StartError(()))?)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .build()
            .map_err(|_| StartError(()))?;
        Ok(Self { client })
    }

    async fn send(&self, request: &Request<'_>) -> Result<reqwest::Response, TransportError> {
        let refused = TransportError::unsent(TransportErrorKind::Target);
        let mut url = vec![0; request.url_len()];
        let target = request.target(&mut url).map_err(|_| refused)?;
        let scheme = if target.secure { "https" } else { "http" };
        let (slash, path) = target.origin_form();
        let url = format!("{scheme}://{}{slash}{path}", target.authority);
        let method = match request.method() {
            Method::Get => reqwest::Method::GET,
            _ => reqwest::Method::POST,
        };
        let sending = self.client.request(method, url).headers(headers(request).ok_or(refused)?);
        let sending = match request.method() {
            Method::Get => sending,
            _ if request.body().is_empty() => sending.header(CONTENT_LENGTH, 0),
            _ => sending.body(encode(request)),
        };
        sending.send().await.map_err(|error| classify(&error))
    }
}

impl Transport for ReqwestTransport {
    type Buffer = Vec<u8>;

    /// The future is cancel-safe: dropped, it closes the connection it used, and `buffer` holds what came so far.
    async fn exchange(
        &mut self,
        request: &Request<'_>,
        within: Millis,
        buffer: &mut Vec<u8>,
    ) -> Result<(Head, Range<usize>), TransportError> {
        buffer.clear();
        let exchange = async {
            // Where the runtime stood still since the last call, it has yet to hear which connections were closed.
            tokio::task::yield_now().await;
            let mut response = self.send(request).await?;
            let head = head(&response);
            if request.wants_body() {
                read_body(&mut response, buffer).await?;
            }
            Ok((head, 0..buffer.len()))
        };
        let late = TransportError::maybe_sent(TransportErrorKind::Timeout);
        timeout(Duration::from_millis(within.0), exchange).await.unwrap_or(Err(late))
    }
}

/// TLS cannot be set up on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartError(());

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TLS cannot be set up on this machine")
    }
}

impl Error for StartError {}

/// The provider is named here, so that nothing of the process decides it and none has to be installed.
fn tls_config() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || {
        rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
    };
    let config = match builder()?.with_platform_verifier() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no certificates on this machine: https targets cannot be reached");
            builder()?.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    };
    Ok(config)
}

fn headers(request: &Request<'_>) -> Option<HeaderMap> {
    request
        .fields()
        .map(|field| {
            let mut value = HeaderValue::from_str(field.value).ok()?;
            value.set_sensitive(field.is_secret);
            Some((HeaderName::from_static(field.name), value))
        })
        .collect()
}

fn encode(request: &Request<'_>) -> Vec<u8> {
    let mut body = vec![0; request.body().len()];
    let encoded = request.body().encode(&mut body);
    debug_assert!(encoded.is_ok(), "the length was asked for");
    body
}

fn head(response: &reqwest::Response) -> Head {
    let mut head = Head::new(response.status().as_u16());
    for (name, value) in response.headers() {
        head.field(name.as_str(), value.as_bytes());
    }
    head
}

async fn read_body(
    response: &mut reqwest::Response,
    buffer: &mut Vec<u8>,
) -> Result<(), TransportError> {
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if chunk.len() > MAX_BODY_BYTES - buffer.len() {
            return Err(TransportError::maybe_sent(TransportErrorKind::TooLarge));
        }
        buffer.extend_from_slice(&chunk);
    }
    Ok(())
}

/// What reqwest's error means, told by the errors underneath; its own text may hold a URL and is never kept.
fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        return TransportError::unsent(TransportErrorKind::Target);
    }
    if error.is_connect() {
        return TransportError::unsent(connect_kind(error));
    }
    let kind = causes(error).find_map(cause_kind).unwrap_or(TransportErrorKind::Io);
    TransportError::maybe_sent(kind)
}

/// hyper-util does not name its errors, so a failed look-up is told by the words of its error alone.
fn connect_kind(error: &reqwest::Error) -> TransportErrorKind {
    let is_dns = |cause: &(dyn Error + 'static)| cause.to_string().starts_with("dns error");
    if causes(error).any(|cause| cause.is::<rustls::Error>() || is_tls_io(cause)) {
        TransportErrorKind::Tls
    } else if causes(error).any(is_dns) {
        TransportErrorKind::Dns
    } else {
        TransportErrorKind::Connect
    }
}

/// TLS errors come inside I/O errors, some inside two, and `source` passes over what an I/O error holds.
fn is_tls_io(cause: &(dyn Error + 'static)) -> bool {
    let Some(inner) = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) else {
        return false;
    };
    inner.is::<rustls::Error>() || is_tls_io(inner)
}

fn cause_kind(cause: &(dyn Error + 'static)) -> Option<TransportErrorKind> {
    if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
        return match () {
            () if hyper.is_incomplete_message() => Some(TransportErrorKind::Incomplete),
            () if hyper.is_parse() => Some(TransportErrorKind::Protocol),
            () => None,
        };
    }
    match cause.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            Some(TransportErrorKind::Incomplete)
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Some(TransportErrorKind::Protocol)
        }
        _ => None,
    }
}

fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
