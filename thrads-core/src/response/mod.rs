//! An answer's status, header fields and body bytes become what they mean.
//!
//! Between the transport and `ad`. Sections 2.1, 2.9, 3.6, 3.7, 3.13, 3.14, 4.6 and 4.7 of the wire contract. The body is read in
//! place and in two passes: the first finds spans and judges them, the second undoes escapes in what is kept.

mod ads;
mod api_error;
mod around;
mod bid;
mod chatbot_message;
mod chatbot_prompt;
mod envelope;
mod notes;
mod number;
mod options;
mod poll;
mod said;
mod shape;

pub use ads::{Ads, MAX_ADS};
pub use api_error::{ApiError, ApiErrorKind, FieldError, FieldErrors, Loc, MAX_FIELD_ERRORS};
pub use envelope::Envelope;
pub use poll::{PollAnswer, PollResults, PollRow, PollRows};

use crate::head::Head;
use crate::json::read::Reader;
use crate::json::utf8::{as_text, text_prefix};
use core::fmt;
use envelope::Values;
use shape::{Content, Shape};

/// The call that an answer belongs to, since each has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Endpoint {
    /// E1, a sponsored chatbot prompt of the v1 API.
    Prompt,
    /// E2, a sponsored message of the v1 API.
    Message,
    /// E10, a bid request to the SSP.
    Bid,
    /// E3 and E4, telling what became of a sponsored chatbot prompt; taken, it is answered without an ad.
    Feedback,
    /// E14, a vote on a poll.
    Vote,
    /// E15, the results of a poll.
    Results,
}

impl Endpoint {
    fn is_poll(self) -> bool {
        matches!(self, Self::Vote | Self::Results)
    }
}

/// What an answer says.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer<'b> {
    /// At least one ad.
    Ads(Served<'b>),
    /// No ad, and nothing wrong: nobody bid, the platform's pacing held it back, or the call was none for an ad.
    NoAd(NoAd<'b>),
    /// What a poll says to a vote, or its results.
    Poll(PollAnswer<'b>),
    /// The platform refused or failed.
    ApiError(ApiError<'b>),
    /// The answer is not what the contract promises.
    Malformed(Malformed<'b>),
}

/// An answer with ads in it. What was odd about them, [`Ads::diagnostic`] says.
pub struct Served<'b> {
    /// The platform's id of the request, for support.
    pub request_id: Option<&'b str>,
    /// The platform's words, for logs.
    pub message: Option<&'b str>,
    /// The rest of the envelope.
    pub envelope: Envelope<'b>,
    /// The ads, one at a time.
    pub ads: Ads<'b>,
}

/// An answer without an ad.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct NoAd<'b> {
    /// The platform's id of the request, for support.
    pub request_id: Option<&'b str>,
    /// The platform's words; on no ad they tell the reason.
    pub message: Option<&'b str>,
    /// What in the answer was odd, such as a bid that cannot be shown.
    pub diagnostic: Option<Diagnostic>,
    /// The rest of the envelope.
    pub envelope: Envelope<'b>,
}

/// An answer that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Malformed<'b> {
    /// HTTP status code.
    pub status: u16,
    /// The beginning of the body, [`MAX_SNIPPET_BYTES`] at most, for an operator's eyes; empty if it is not text.
    pub snippet: &'b str,
}

/// Bytes of an unreadable body that are kept.
pub const MAX_SNIPPET_BYTES: usize = 512;

/// What was odd in an answer that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Diagnostic {
    /// `data` or a container of ads has a type that the contract does not know.
    UnexpectedType,
    /// An ad has no click target.
    NoTarget,
    /// An ad's click target breaks the rule for targets.
    RefusedTarget,
    /// An ad has nothing to show.
    NoText,
    /// A poll has no option to choose.
    NoOptions,
}

impl Diagnostic {
    /// A short name for logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnexpectedType => "unexpected_type",
            Self::NoTarget => "no_target",
            Self::RefusedTarget => "refused_target",
            Self::NoText => "no_text",
            Self::NoOptions => "no_options",
        }
    }
}

/// Reads the answer to a call of `endpoint`: `body` holds the whole body and nothing else.
///
/// Never fails and never panics, whatever the bytes: what cannot be read is [`Answer::Malformed`], or
/// [`Answer::ApiError`] where the status already says so. Statuses of 200 to 299 are read alike, but for 204, which has
/// no ad and is no answer to a vote; the content type is not asked. How long a body may be is the transport's to limit,
/// below the 32 KiB above which it is malformed on a target without an operating system, and 2 MiB elsewhere. What the
/// result borrows is undone of its escapes inside `body`.
#[inline]
pub fn decode<'b>(endpoint: Endpoint, head: &Head, body: &'b mut [u8]) -> Answer<'b> {
    if head.status == 204 && !endpoint.is_poll() {
        return Answer::NoAd(NoAd::default());
    }
    read(Shape::of(endpoint), head, without_byte_order_mark(body))
}

#[inline(never)]
fn read<'b>(shape: &'static Shape, head: &Head, body: &'b mut [u8]) -> Answer<'b> {
    let mut values = envelope::UNREAD;
    let values = &mut values;
    let is_json = is_json(shape, values, body);
    let is_success = matches!(head.status, 200..=299);
    if is_success && !is_json {
        return Answer::Malformed(Malformed { status: head.status, snippet: snippet(body) });
    }
    if is_success && !envelope::is_error(values, body) {
        return match shape.content {
            Content::Ads(form) => envelope::ads(form, values, head.status, body),
            Content::Poll(read, _) => read(values, head.status, body),
            Content::Receipt => envelope::receipt(values, body),
        };
    }
    refusal(shape, head, is_json.then_some(values), body)
}

/// Reads the `values` of a body, and says whether it is an object and all of it JSON.
#[inline(never)]
fn is_json(shape: &Shape, values: &mut Values, body: &[u8]) -> bool {
    as_text(body).is_some() && Reader::new(body).document(shape.schema, values).is_ok()
}

/// `values` are those of the body, where it is JSON.
#[inline(never)]
fn refusal<'b>(
    shape: &Shape,
    head: &Head,
    values: Option<&mut Values>,
    body: &'b mut [u8],
) -> Answer<'b> {
    if !matches!(head.status, 200..=299)
        && let Content::Poll(_, refused) = shape.content
        && let Some(answer) = refused(head.status, values.as_deref(), body)
    {
        return Answer::Poll(answer);
    }
    ApiError::read(head, values, body)
}

fn without_byte_order_mark(body: &mut [u8]) -> &mut [u8] {
    let mark = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    body.get_mut(mark..).unwrap_or_default()
}

fn snippet(body: &[u8]) -> &str {
    text_prefix(body.get(..MAX_SNIPPET_BYTES).unwrap_or(body))
}

/// Without the platform's words, as all of these: they may repeat the person's.
impl fmt::Debug for Served<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served")
            .field("request_id", &self.request_id)
            .field("ads", &self.ads)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NoAd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoAd")
            .field("request_id", &self.request_id)
            .field("diagnostic", &self.diagnostic)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Malformed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Malformed").field("status", &self.status).finish_non_exhaustive()
    }
}
