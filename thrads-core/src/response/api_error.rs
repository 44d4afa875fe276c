//! The platform's errors in all the shapes they come in.
//!
//! Sections 2.1.2, 2.1.3 and 3.13 of the wire contract: the envelope of either family, FastAPI's `detail` as text or
//! as a list, a limiter's `error` text, and HTML from whatever stands in front.

use super::envelope::{
    DETAIL, ERROR, ERROR_DETAIL, ERROR_MESSAGE, LEN, MESSAGE, REQUEST_ID, Values, member,
};
use super::notes::{Notes, Said};
use super::said::{Takes, at, say, settle};
use super::{Answer, snippet};
use crate::head::Head;
use crate::json::read::Reader;
use crate::json::schema::{Schema, names};
use crate::json::text::{Chars, is_space};
use crate::json::utf8::as_text;
use crate::json::value::Value;
use crate::target::cut;
use core::fmt;
use core::ops::Range;

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
    pub fields: FieldErrors<'b>,
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

/// What was wrong with members of a request, [`MAX_FIELD_ERRORS`] of them at most. Its `Debug` is their places.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldErrors<'b>(Said<'b>);

impl<'b> FieldErrors<'b> {
    /// One after the other, as they stand in the answer.
    pub fn iter(&self) -> impl Iterator<Item = FieldError<'b>> + use<'b> {
        let mut said = self.0;
        core::iter::from_fn(move || {
            Some(FieldError { loc: Loc(said.take(LOC)?), message: said.take(MSG)? })
        })
    }
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
        let mut rest: &[(u16, Self)] = &[
            (400, Self::BadRequest),
            (422, Self::BadRequest),
            (401, Self::Unauthorized),
            (403, Self::Forbidden),
            (404, Self::NotFound),
            (409, Self::Conflict),
            (429, Self::RateLimited),
            (501, Self::NotImplemented),
        ];
        while let [(named, kind), behind @ ..] = rest {
            if *named == status {
                return *kind;
            }
            rest = behind;
        }
        if matches!(status, 500..=599) { Self::Server } else { Self::Unexpected }
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
    pub(super) fn read(head: &Head, values: Option<&mut Values>, body: &'b mut [u8]) -> Answer<'b> {
        let (status, kind) = (head.status, ApiErrorKind::of_status(head.status));
        let Some(values) = values else {
            let (message, fields) = (html_title(body), FieldErrors(Said::new("", 0)));
            return Answer::ApiError(Self { status, kind, message, request_id: None, fields });
        };
        // What is inside a member counts only if the last of its name is an object.
        if member(values, ERROR).kind(body) != Some(b'{') {
            values.get_mut(ERROR_MESSAGE..LEN).unwrap_or_default().fill(Value::ABSENT);
        }
        let first = match mark(member(values, DETAIL), body) {
            0 => mark(member(values, ERROR_DETAIL), body),
            first => first,
        };
        let message = message(values, first != 0, body);
        let request_id = settle(values, REQUEST_ID, Takes::Text, body);
        let text = as_text(body).unwrap_or_default();
        let fields = FieldErrors(Said::new(text, first));
        let message = at(message, text).or_else(|| fields.iter().next().map(|field| field.message));
        Answer::ApiError(Self { status, kind, message, request_id: at(request_id, text), fields })
    }
}

/// The first of the members that say something of the whole; a list of fields does so too.
fn message(values: &mut Values, has_fields: bool, body: &mut [u8]) -> Value {
    let mut found = Value::ABSENT;
    for &index in &[MESSAGE, DETAIL, ERROR_MESSAGE, ERROR, ERROR_DETAIL] {
        if !(found.is_there() || has_fields && index == ERROR_DETAIL) {
            found = settle(values, index, Takes::Words, body);
        }
    }
    found
}

/// Marks those items of a list that have a `loc` array and a `msg`; others are passed over.
#[inline(never)]
fn mark(list: Value, body: &mut [u8]) -> usize {
    let mut notes = Notes::default();
    if list.kind(body) != Some(b'[') {
        return 0;
    }
    let Range { start: mut at, end } = list.inside();
    let mut item = [Value::ABSENT; ITEM.len];
    let mut left = MAX_FIELD_ERRORS;
    while left > 0 {
        let mut reader = Reader::within(body, at..end);
        if reader.item(&ITEM, &mut item).is_none() {
            break;
        }
        at = reader.at();
        let [loc, message] = &mut item;
        if loc.kind(body) == Some(b'[') && message.is_text(body) {
            say(message, Takes::Text, body);
            notes.begin_again();
            notes.add(*loc, body);
            notes.add(*message, body);
            left = left.wrapping_sub(1);
        }
    }
    notes.first
}

const ITEM: Schema = Schema::of(names!["loc", "msg"]);
const LOC: usize = 0;
const MSG: usize = 1;

/// What stands in `<title>` of an HTML page, within what is kept of an unreadable body.
fn html_title(body: &[u8]) -> Option<&str> {
    let mut rest = snippet(body);
    loop {
        rest = cut(rest, b'<').1?;
        if rest.as_bytes().get(..5)?.eq_ignore_ascii_case(b"title") {
            break;
        }
    }
    let (title, end) = cut(cut(rest, b'>').1?, b'<');
    end?;
    if title.chars().all(is_space) { None } else { Some(title) }
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

/// The places alone.
impl fmt::Debug for FieldErrors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
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

const NOTHING: Schema = Schema::of(names![]);
