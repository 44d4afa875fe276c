//! The platform's errors in all the shapes they come in.
//!
//! Sections 2.1.2, 2.1.3 and 3.13 of the wire contract: the envelope of either family, FastAPI's `detail` as text or
//! as a list, a limiter's `error` text, and HTML from whatever stands in front.

use super::envelope::{DETAIL, ERROR, MESSAGE, Parsed, REQUEST_ID};
use super::snippet;
use crate::head::Head;
use crate::json::members::members_of;
use crate::json::read::{Reader, Span, Value};
use crate::json::text::Text;
use core::fmt;

/// Field errors that are kept; more are passed over.
pub const MAX_FIELD_ERRORS: usize = 4;

/// The platform refused the request or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError<'b> {
    /// HTTP status code; 200 where the answer says `error` all the same.
    pub status: u16,
    /// What the status means for the caller.
    pub kind: ApiErrorKind,
    /// The platform's words; of an HTML page its title.
    pub message: Option<&'b str>,
    /// The platform's id of the request, for support.
    pub request_id: Option<&'b str>,
    /// What was wrong with which member of the request.
    pub fields: heapless::Vec<FieldError<'b>, MAX_FIELD_ERRORS>,
}

/// What an error status means, by the status alone since bodies disagree (C28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// 400, 422: the request is wrong; repeating it does not help.
    BadRequest,
    /// 401: the key is missing, wrong or of the other family.
    Unauthorized,
    /// 403: refused, by origin or by the bot filter in front of the platform.
    Forbidden,
    /// 404.
    NotFound,
    /// 409.
    Conflict,
    /// 429: more requests than the key may make.
    RateLimited,
    /// 501: the winning partner cannot render.
    NotImplemented,
    /// Any other 5xx.
    Server,
    /// Anything else: redirects, which are never followed, and an error inside a 200.
    Unexpected,
}

/// One item of a validation error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError<'b> {
    /// The JSON array that says where, such as `["body","country_code"]`; shown with dots between its items.
    pub loc: Loc<'b>,
    /// What is wrong there.
    pub message: &'b str,
}

/// The place of a [`FieldError`]; its `Display` is the path with dots, `body.country_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loc<'b>(&'b str);

impl ApiErrorKind {
    /// What `status` means.
    pub const fn of_status(status: u16) -> Self {
        match status {
            400 | 422 => Self::BadRequest,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            501 => Self::NotImplemented,
            500..=599 => Self::Server,
            _ => Self::Unexpected,
        }
    }

    /// A short name for logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::NotImplemented => "not_implemented",
            Self::Server => "server",
            Self::Unexpected => "unexpected",
        }
    }

    /// What to do about it, in one line.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::BadRequest => {
                "the platform refused a member or header of the request: see the field errors"
            }
            Self::Unauthorized => {
                "check the API key and that it belongs to this API family and environment"
            }
            Self::Forbidden => {
                "a proxy that adds an Origin header, or the bot filter in front: send no Origin"
            }
            Self::NotFound => "check the base URL",
            Self::Conflict => "the platform has this already",
            Self::RateLimited => "too many requests with this key: lower the local rate",
            Self::NotImplemented => {
                "the winning partner cannot render this format: go on without an ad"
            }
            Self::Server => {
                "the platform failed, or a staging key met live traffic: go on without an ad"
            }
            Self::Unexpected => {
                "no answer of this API: check the base URL and what stands before the platform"
            }
        }
    }
}

/// What of an error body is kept, as spans.
#[derive(Default)]
struct Found {
    message: Option<Text>,
    request_id: Option<Text>,
    fields: heapless::Vec<(Span, Text), MAX_FIELD_ERRORS>,
}

impl<'b> ApiError<'b> {
    #[inline(never)]
    pub(super) fn read(head: &Head, parsed: Option<&Parsed>, body: &'b mut [u8]) -> Self {
        let mut found = match parsed {
            Some(parsed) => Found::read(parsed, body),
            None => Found { message: html_title(body), ..Found::default() },
        };
        let message = found.message.map(|text| text.unescape(body));
        let request_id = found.request_id.map(|text| text.unescape(body));
        for (_, text) in &mut found.fields {
            // The message may be one of these, and is undone of its escapes already.
            let of_message = message.filter(|_| found.message == Some(*text));
            let span = of_message.unwrap_or_else(|| text.unescape(body));
            *text = Text { span, escaped: false };
        }
        let body: &'b [u8] = body;
        let text = |span: Span| core::str::from_utf8(span.of(body)).ok();
        let mut error = Self {
            status: head.status,
            kind: ApiErrorKind::of_status(head.status),
            message: message.and_then(text),
            request_id: request_id.and_then(text),
            fields: heapless::Vec::new(),
        };
        for (loc, message) in &found.fields {
            if let (Some(loc), Some(message)) = (text(*loc), text(message.span)) {
                let stored = error.fields.push(FieldError { loc: Loc(loc), message });
                debug_assert!(stored.is_ok());
            }
        }
        error
    }
}

impl Found {
    fn read(parsed: &Parsed, body: &[u8]) -> Self {
        let detail = parsed.member(DETAIL);
        let error = parsed.member(ERROR);
        let [error_message, error_detail] = match error {
            Value::Object(span) => members_of(span, &["message", "detail"], body),
            _ => Default::default(),
        };
        let mut fields = field_errors(detail, body);
        let direct = [parsed.member(MESSAGE), detail, error_message, error]
            .into_iter()
            .find_map(|value| worded(value, body));
        let from_list = fields.first().map(|(_, message)| *message);
        if fields.is_empty() {
            fields = field_errors(error_detail, body);
        }
        let message = direct
            .or(from_list)
            .or_else(|| fields.first().map(|(_, message)| *message))
            .or_else(|| worded(error_detail, body));
        Self { message, request_id: parsed.member(REQUEST_ID).text(), fields }
    }
}

fn worded(value: Value, body: &[u8]) -> Option<Text> {
    value.text().filter(|text| !text.is_blank(body))
}

/// Items with a `loc` array and a `msg`; others are passed over.
fn field_errors(list: Value, body: &[u8]) -> heapless::Vec<(Span, Text), MAX_FIELD_ERRORS> {
    let mut fields = heapless::Vec::new();
    let Value::Array(span) = list else { return fields };
    let mut reader = Reader::new(body);
    reader.seek(span.start);
    let mut first = true;
    if !matches!(reader.enter(b'['), Ok(true)) {
        return fields;
    }
    while !fields.is_full() && matches!(reader.next_item(b']', &mut first), Ok(true)) {
        let Ok(item) = reader.value() else { break };
        let Value::Object(item) = item else { continue };
        let [loc, message] = members_of(item, &["loc", "msg"], body);
        let (Value::Array(loc), Value::Text(message)) = (loc, message) else { continue };
        if fields.push((loc, message)).is_err() {
            break;
        }
    }
    fields
}

/// What stands in `<title>` of an HTML page, within what is kept of an unreadable body.
fn html_title(body: &[u8]) -> Option<Text> {
    let page = snippet(body).as_bytes();
    let find = |from: usize, tag: &[u8]| {
        let is_at = |at: usize| page.get(at..)?.get(..tag.len());
        (from..page.len()).find(|&at| is_at(at).is_some_and(|text| text.eq_ignore_ascii_case(tag)))
    };
    let open = find(0, b"<title")?;
    let start = find(open, b">")?.checked_add(1)?;
    let end = find(start, b"</title")?;
    Some(Text { span: Span { start, end }, escaped: false }).filter(|title| !title.is_blank(body))
}

impl fmt::Display for Loc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_bytes();
        let mut reader = Reader::new(bytes);
        let mut first = true;
        let mut dot = "";
        if !matches!(reader.enter(b'['), Ok(true)) {
            return Ok(());
        }
        while matches!(reader.next_item(b']', &mut first), Ok(true)) {
            f.write_str(core::mem::replace(&mut dot, "."))?;
            match reader.value() {
                Ok(Value::Text(text)) => text
                    .chars(bytes)
                    .try_for_each(|character| fmt::Write::write_char(f, character))?,
                Ok(Value::Number(span)) => {
                    f.write_str(core::str::from_utf8(span.of(bytes)).unwrap_or_default())?
                }
                _ => {}
            }
        }
        Ok(())
    }
}
