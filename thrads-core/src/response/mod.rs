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
mod number;
mod options;
mod poll;
mod shape;

pub use ads::{Ads, MAX_ADS};
pub use api_error::{ApiError, ApiErrorKind, FieldError, Loc, MAX_FIELD_ERRORS};
pub use envelope::Envelope;
pub use poll::{PollAnswer, PollResults, PollRow, PollRows};

use crate::head::Head;
use crate::json::read::Malformed as NotJson;
use envelope::Parsed;
use shape::Shape;

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

/// An answer with ads in it.
#[derive(Debug)]
pub struct Served<'b> {
    /// The platform's id of the request, for support.
    pub request_id: Option<&'b str>,
    /// The platform's words, for logs.
    pub message: Option<&'b str>,
    /// What in the answer was odd.
    pub diagnostic: Option<Diagnostic>,
    /// The rest of the envelope.
    pub envelope: Envelope<'b>,
    /// The ads, one at a time.
    pub ads: Ads<'b>,
}

/// An answer without an ad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
/// no ad and is no answer to a vote; the content type is not asked. How long a body may be is the transport's to limit. What the result borrows is undone of its escapes inside `body`.
pub fn decode<'b>(endpoint: Endpoint, head: &Head, body: &'b mut [u8]) -> Answer<'b> {
    if head.status == 204 && !endpoint.is_poll() {
        return Answer::NoAd(NoAd::default());
    }
    let body = without_byte_order_mark(body);
    let shape = Shape::of(endpoint);
    let parsed = Parsed::read(shape, body);
    if !matches!(head.status, 200..=299) {
        let refused = shape.poll.as_ref().map(|poll| poll.refused);
        if let Some(answer) =
            refused.and_then(|refused| refused(head.status, parsed.as_ref().ok(), body))
        {
            return Answer::Poll(answer);
        }
        return Answer::ApiError(ApiError::read(head, parsed.as_ref().ok(), body));
    }
    match parsed {
        Err(NotJson) => {
            Answer::Malformed(Malformed { status: head.status, snippet: snippet(body) })
        }
        Ok(parsed) if parsed.is_error(body) => {
            Answer::ApiError(ApiError::read(head, Some(&parsed), body))
        }
        Ok(parsed) => match &shape.poll {
            Some(poll) => (poll.answer)(&parsed, head.status, body),
            None => parsed.to_answer(shape, head.status, body),
        },
    }
}

fn without_byte_order_mark(body: &mut [u8]) -> &mut [u8] {
    let mark = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    body.get_mut(mark..).unwrap_or_default()
}

fn snippet(body: &[u8]) -> &str {
    let head = body.get(..body.len().min(MAX_SNIPPET_BYTES)).unwrap_or_default();
    match core::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => head
            .get(..error.valid_up_to())
            .and_then(|head| core::str::from_utf8(head).ok())
            .unwrap_or_default(),
    }
}
