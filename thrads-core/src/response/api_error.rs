//! The platform's errors in all the shapes they come in.
//!
//! Sections 2.1.2, 2.1.3 and 3.13 of the wire contract: the envelope of either family, FastAPI's `detail` as text or
//! as a list, a limiter's `error` text, and HTML from whatever stands in front.

use super::envelope::{
    DETAIL, ERROR, ERROR_DETAIL, ERROR_MESSAGE, LEN, MESSAGE, REQUEST_ID, member,
};
use super::texts::Texts;
use super::{Answer, snippet};
use crate::head::Head;
use crate::json::read::{Reader, Value};
use crate::json::schema::Schema;
use crate::json::text::{Chars, is_space, undo};
use core::fmt;

/// Field errors that are kept; more are passed over.
pub const MAX_FIELD_ERRORS: usize = 4;

/// The platform refused the request or failed.
///
/// `Debug` keeps the platform's words out, since they may repeat the person's.
#[derive(Clone, PartialEq, Eq)]
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

/// One item of a validation error. Its `Debug` is the place alone.
#[derive(Clone, Copy, PartialEq, Eq)]
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

impl<'b> ApiError<'b> {
    /// `values` are those of the body, where it is JSON.
    #[inline(never)]
    pub(super) fn read(
        head: &Head,
        values: Option<&mut [Value]>,
        body: &'b mut [u8],
    ) -> Answer<'b> {
        let mut fields = heapless::Vec::new();
        let (message, request_id) = match values {
            Some(values) => texts(values, body, &mut fields),
            None => (html_title(body), None),
        };
        let (status, kind) = (head.status, ApiErrorKind::of_status(head.status));
        Answer::ApiError(Self { status, kind, message, request_id, fields })
    }
}

/// The message and the id of the request; the field errors go to `fields`.
fn texts<'b>(
    values: &mut [Value],
    body: &'b mut [u8],
    fields: &mut heapless::Vec<FieldError<'b>, MAX_FIELD_ERRORS>,
) -> (Option<&'b str>, Option<&'b str>) {
    // What is inside a member counts only if the last of its name is an object.
    if member(values, ERROR).kind(body) != Some(b'{') {
        values.get_mut(ERROR_MESSAGE..LEN).unwrap_or_default().fill(Value::ABSENT);
    }
    let mut items = [[Value::ABSENT; ITEM.len]; MAX_FIELD_ERRORS];
    if !list(member(values, DETAIL), &mut items, body) {
        list(member(values, ERROR_DETAIL), &mut items, body);
    }
    values.get_mut(..LEN).unwrap_or_default().iter_mut().for_each(|value| undo(value, body));
    let texts = Texts::undo(items.as_flattened_mut(), body);
    for item in (0..MAX_FIELD_ERRORS).map(|item| item.wrapping_mul(ITEM.len)) {
        if let (Some(loc), Some(message)) = (texts.raw(item), texts.any(item.wrapping_add(1))) {
            let stored = fields.push(FieldError { loc: Loc(loc), message });
            debug_assert!(stored.is_ok());
        }
    }
    let texts = texts.of(values);
    let message = [MESSAGE, DETAIL, ERROR_MESSAGE, ERROR]
        .into_iter()
        .find_map(|index| texts.get(index))
        .or_else(|| fields.first().map(|field| field.message))
        .or_else(|| texts.get(ERROR_DETAIL));
    (message, texts.any(REQUEST_ID))
}

/// Fills `items` with those of a list that have a `loc` array and a `msg`; others are passed over. False if there are none.
fn list(list: Value, items: &mut [[Value; ITEM.len]; MAX_FIELD_ERRORS], body: &[u8]) -> bool {
    if list.kind(body) != Some(b'[') {
        return false;
    }
    let mut reader = Reader::within(body, list.inside());
    let mut found = 0_usize;
    while let Some(item) = items.get_mut(found) {
        if reader.item(&ITEM, item).is_none() {
            item.fill(Value::ABSENT);
            break;
        }
        let [loc, message] = item;
        if loc.kind(body) == Some(b'[') && message.is_text(body) {
            found = found.wrapping_add(1);
        }
    }
    found > 0
}

const ITEM: Schema = Schema::of(&["loc", "msg"]);

/// What stands in `<title>` of an HTML page, within what is kept of an unreadable body.
fn html_title(body: &[u8]) -> Option<&str> {
    let text = snippet(body);
    let page = text.as_bytes();
    let find = |from: usize, tag: &[u8]| {
        let is_at = |at: usize| page.get(at..)?.get(..tag.len());
        (from..page.len()).find(|&at| is_at(at).is_some_and(|text| text.eq_ignore_ascii_case(tag)))
    };
    let open = find(0, b"<title")?;
    let start = find(open, b">")?.checked_add(1)?;
    let end = find(start, b"</title")?;
    text.get(start..end).filter(|title| !title.chars().all(is_space))
}

/// Without the platform's words, which may repeat the person's.
impl fmt::Debug for ApiError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("kind", &self.kind)
            .field("request_id", &self.request_id)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// The place alone.
impl fmt::Debug for FieldError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.loc, f)
    }
}

impl fmt::Display for Loc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_bytes();
        let mut reader = Reader::within(bytes, 1..bytes.len().saturating_sub(1));
        let mut dot = "";
        while let Some(item) = reader.item(&NOTHING, &mut []) {
            f.write_str(core::mem::replace(&mut dot, "."))?;
            match item.kind(bytes) {
                Some(b'"') => Chars::new(item.inside_of(bytes))
                    .try_for_each(|character| fmt::Write::write_char(f, character))?,
                Some(b'-' | b'0'..=b'9') => {
                    f.write_str(self.0.get(item.range()).unwrap_or_default())?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

const NOTHING: Schema = Schema::of(&[]);
