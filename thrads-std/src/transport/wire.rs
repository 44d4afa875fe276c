//! Requests and heads of answers in reqwest's types.
//!
//! Part of `transport`. Section 1.4 of the wire contract.

use reqwest::Url;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use std::sync::OnceLock;
use thrads_core::{BaseUrl, Call, Head, Method, Request, TransportError, TransportErrorKind};

/// A request that owns all it needs, so that it may outlive what it was made of.
pub(crate) struct Prepared {
    pub(super) request: reqwest::Request,
    pub(super) wants_body: bool,
}

/// Where a publisher's calls go, taken apart when each is first made: their endpoints stay as they are.
#[derive(Debug, Default)]
pub(crate) struct Urls {
    prompt: OnceLock<Url>,
    message: OnceLock<Url>,
    bid: OnceLock<Url>,
}

impl Urls {
    /// The place of the URL of `call`.
    pub(crate) fn of(&self, call: &Call<'_>) -> Option<&OnceLock<Url>> {
        Some(match call {
            Call::Prompt(_) => &self.prompt,
            Call::Message(_) => &self.message,
            Call::Bid(_) => &self.bid,
            _ => return None,
        })
    }
}

impl Prepared {
    /// A publisher's call whose URL has a place of its own.
    pub(crate) fn call(
        request: &Request<'_>,
        known: Option<&OnceLock<Url>>,
    ) -> Result<Self, TransportError> {
        let Some(known) = known else { return Self::of(request, url(request)) };
        let url = match known.get() {
            Some(url) => Some(url),
            None => url(request).map(|url| known.get_or_init(|| url)),
        };
        Self::of(request, url.cloned())
    }

    /// `request`, to `url`, which is its own.
    pub(super) fn of(request: &Request<'_>, url: Option<Url>) -> Result<Self, TransportError> {
        let refused = TransportError::unsent(TransportErrorKind::Target);
        let method = match request.method() {
            Method::Get => reqwest::Method::GET,
            _ => reqwest::Method::POST,
        };
        let mut made = reqwest::Request::new(method, url.ok_or(refused)?);
        *made.headers_mut() = headers(request).ok_or(refused)?;
        if request.method() == Method::Post {
            let body = encode(request);
            if body.is_empty() {
                made.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            } else {
                *made.body_mut() = Some(body.into());
            }
        }
        Ok(Self { request: made, wants_body: request.wants_body() })
    }

    /// The same once more.
    pub(crate) fn again(&self) -> Option<Self> {
        let request = self.request.try_clone()?;
        Some(Self { request, wants_body: self.wants_body })
    }

    /// A question after the health of the place, whose answer is read so that the connection can be used again.
    pub(super) fn health(base: &BaseUrl) -> Result<Self, TransportError> {
        let url = Url::parse(&format!("{}/health", base.as_str()))
            .map_err(|_| TransportError::unsent(TransportErrorKind::Target))?;
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        Ok(Self { request, wants_body: true })
    }
}

pub(super) fn head(response: &reqwest::Response) -> Head {
    let mut head = Head::new(response.status().as_u16());
    for (name, value) in response.headers() {
        head.field(name.as_str(), value.as_bytes());
    }
    head
}

/// Where a request goes, taken apart as reqwest wants it.
pub(super) fn url(request: &Request<'_>) -> Option<Url> {
    let mut url = vec![0; request.url_len()];
    let target = request.target(&mut url).ok()?;
    let scheme = if target.secure { "https" } else { "http" };
    let (slash, path) = target.origin_form();
    Url::parse(&format!("{scheme}://{}{slash}{path}", target.authority)).ok()
}

fn headers(request: &Request<'_>) -> Option<HeaderMap> {
    let mut map = HeaderMap::with_capacity(FIELDS);
    for field in request.fields() {
        let mut value = match field.value {
            JSON => HeaderValue::from_static(JSON),
            value => HeaderValue::from_str(value).ok()?,
        };
        value.set_sensitive(field.is_secret);
        map.append(HeaderName::from_static(field.name), value);
    }
    Some(map)
}

/// By pieces, since what is said is then scrubbed once, and not for the length as well.
fn encode(request: &Request<'_>) -> Vec<u8> {
    let body = request.body();
    let mut bytes = Vec::with_capacity(if body.is_empty() { 0 } else { ORDINARY_BODY });
    let mut pieces = body.pieces();
    while let Some(piece) = pieces.next() {
        bytes.extend_from_slice(piece);
    }
    bytes
}

/// What every body is, which need not be copied.
const JSON: &str = "application/json";
/// Fields of a request, with room for those that reqwest adds.
const FIELDS: usize = 12;
/// Bytes of a bid request with a few messages; a longer one grows.
const ORDINARY_BODY: usize = 1024;
