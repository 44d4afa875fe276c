//! The envelope around an answer: both families', by one list of names.
//!
//! Sections 2.1.1, 2.9 and 3.6 of the wire contract.

use super::ads::Found;
use super::said::{Takes, at, settle};
use super::shape::Form;
use super::{Answer, Malformed, NoAd, Served, snippet};
use crate::json::schema::{Inner, Names, Schema, count, names};
use crate::json::text::{spells, spells_in_any_case};
use crate::json::utf8::as_text;
use crate::json::value::Value;
use core::fmt;

/// The envelope's other members, each as the JSON text that stood there; `None` where absent or null. Looked up when asked for.
///
/// Generations disagree on their types and units (`totalTime` is seconds or milliseconds), so nothing is converted.
#[derive(Clone, Copy, Default)]
pub struct Envelope<'b> {
    text: &'b str,
    values: [Value; TOTAL_TIME + 1],
}

impl<'b> Envelope<'b> {
    fn new(values: &Values, text: &'b str) -> Self {
        Self { text, values: values.first_chunk().copied().unwrap_or_default() }
    }

    /// `apiVersion` (v1).
    pub fn api_version(&self) -> Option<&'b str> {
        self.raw(API_VERSION)
    }

    /// When the platform made the answer.
    pub fn timestamp(&self) -> Option<&'b str> {
        self.raw(TIMESTAMP)
    }

    /// `docsUrl` (v1), or `documentationUrl`, as it was called first.
    pub fn docs_url(&self) -> Option<&'b str> {
        self.raw(DOCS_URL).or_else(|| self.raw(DOCUMENTATION_URL))
    }

    /// How long the platform took.
    pub fn total_time(&self) -> Option<&'b str> {
        self.raw(TOTAL_TIME)
    }

    fn raw(&self, index: usize) -> Option<&'b str> {
        at(member(&self.values, index), self.text).filter(|raw| !raw.starts_with('n'))
    }

    fn all(&self) -> [Option<&'b str>; 4] {
        [self.api_version(), self.timestamp(), self.docs_url(), self.total_time()]
    }
}

impl PartialEq for Envelope<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl Eq for Envelope<'_> {}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("api_version", &self.api_version())
            .field("timestamp", &self.timestamp())
            .field("docs_url", &self.docs_url())
            .field("total_time", &self.total_time())
            .finish()
    }
}

/// Only `status` in the spelling of "error" makes an answer of success one of failure (T32, T81).
pub(super) fn is_error(values: &Values, body: &[u8]) -> bool {
    let status = member(values, STATUS);
    status.is_text(body) && spells_in_any_case(status.inside_of(body), "error")
}

/// The oldest answers say beside `data` that no ad was served.
pub(super) fn is_not_served(values: &Values, body: &[u8]) -> bool {
    let status = member(values, AD_STATUS);
    status.is_text(body) && spells(status.inside_of(body), "not_served")
}

/// Where it stands; a place beyond the list is absent.
pub(super) fn member<const N: usize>(values: &[Value; N], index: usize) -> Value {
    values.get(index).copied().unwrap_or_default()
}

/// Of the ad that is read along with the whole answer.
pub(super) fn members(values: &mut Values) -> Option<&mut Members> {
    values.last_chunk_mut()
}

/// The ads of an answer of success, or that there are none.
#[inline(never)]
pub(super) fn ads<'b>(
    form: &'static Form,
    values: &mut Values,
    status: u16,
    body: &'b mut [u8],
) -> Answer<'b> {
    let mut found = Found::nothing(form);
    match member(values, DATA).kind(body) {
        Some(b'{') => (form.find)(&mut found, values, body),
        Some(b'[') => found.note_odd(),
        None | Some(b'n') => {}
        _ => return Answer::Malformed(Malformed { status, snippet: snippet(body) }),
    }
    lend(found, values, body)
}

/// By itself, since what it moves is of no use while ads are looked for.
#[inline(never)]
fn lend<'b>(found: Found, values: &mut Values, body: &'b mut [u8]) -> Answer<'b> {
    let (request_id, message, text) = words(values, body);
    let envelope = Envelope::new(values, text);
    if found.is_empty() {
        return Answer::NoAd(NoAd { request_id, message, diagnostic: found.diagnostic, envelope });
    }
    Answer::Ads(Served { request_id, message, envelope, ads: found.lend(text) })
}

/// An answer in which no ads are looked for.
#[inline(never)]
pub(super) fn receipt<'b>(values: &mut Values, body: &'b mut [u8]) -> Answer<'b> {
    let (request_id, message, text) = words(values, body);
    let envelope = Envelope::new(values, text);
    Answer::NoAd(NoAd { request_id, message, diagnostic: None, envelope })
}

/// The id of the request, the platform's words, and the body of them as text.
fn words<'b>(
    values: &mut Values,
    body: &'b mut [u8],
) -> (Option<&'b str>, Option<&'b str>, &'b str) {
    let request_id = settle(values, REQUEST_ID, Takes::Text, body);
    let message = settle(values, MESSAGE, Takes::Text, body);
    let text = as_text(body).unwrap_or_default();
    (at(request_id, text), at(message, text), text)
}

pub(super) const NAMES: Names = names![
    "apiVersion",
    "requestId",
    "timestamp",
    "docsUrl",
    "documentationUrl",
    "totalTime",
    "status",
    "message",
    "data",
    "error",
    "detail",
    "code",
    "adStatus",
];
const API_VERSION: usize = 0;
pub(super) const REQUEST_ID: usize = 1;
const TIMESTAMP: usize = 2;
const DOCS_URL: usize = 3;
const DOCUMENTATION_URL: usize = 4;
const TOTAL_TIME: usize = 5;
const STATUS: usize = 6;
pub(super) const MESSAGE: usize = 7;
pub(super) const DATA: usize = 8;
pub(super) const ERROR: usize = 9;
pub(super) const DETAIL: usize = 10;
pub(super) const CODE: usize = 11;
const AD_STATUS: usize = 12;

/// What is looked at inside `error`, or inside `detail`.
pub(super) const PROBLEM: Schema = Schema::of(names!["message", "detail", "code"]);
pub(super) const INSIDE_ERROR: Inner =
    Inner { index: ERROR, first: ERROR_MESSAGE, schema: &PROBLEM };
pub(super) const ERROR_MESSAGE: usize = count(NAMES);
pub(super) const ERROR_DETAIL: usize = ERROR_MESSAGE + 1;
pub(super) const ERROR_CODE: usize = ERROR_MESSAGE + 2;

/// Values of what every envelope has; those inside `data` follow.
pub(super) const LEN: usize = ERROR_MESSAGE + PROBLEM.len;

/// Where the members of an ad begin that is read along with the whole answer: those of a bid are inside of `data`, behind
/// its own.
pub(super) const AD: usize = LEN + 2;

/// The places of all that is read of an answer. Their number is the same in all answers, so that it is known wherever one is
/// looked up, and nothing is checked there.
pub(super) type Values = [Value; AD + super::bid::LEN];
/// The places of the members of an ad.
pub(super) type Members = [Value; super::bid::LEN];
/// Before anything is read.
pub(super) const UNREAD: Values = [Value::ABSENT; AD + super::bid::LEN];
