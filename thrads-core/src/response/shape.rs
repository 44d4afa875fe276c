//! What differs between the answers to the calls, as pointers: a program that reads answers to one call only does not hold
//! the code for the others'.
//!
//! Part of `response`.

use super::ads::Survey;
use super::envelope::Parsed;
use super::{Answer, Endpoint, PollAnswer, bid, chatbot_message, chatbot_prompt, poll};
use crate::ad::Ad;
use crate::json::read::{Read, Reader};

/// How the answer to a call is read.
#[derive(Debug)]
pub(super) struct Shape {
    /// Finds the ads in the `data` object that the reader has entered, and judges them; the object begins at the offset.
    /// `None` where `data` holds no ads.
    pub(super) survey: Option<fn(usize, &mut Reader<'_>) -> Read<Survey>>,
    /// Makes the object at the offset an ad.
    pub(super) take: Take,
    /// Whether the oldest answers to the call say beside `data` that no ad was served.
    pub(super) has_ad_status: bool,
    /// Only of calls about polls.
    pub(super) poll: Option<Poll>,
}

/// The object begins at `start` in `bytes`; what is behind it goes to `rest`.
pub(super) type Take =
    for<'b> fn(start: usize, bytes: &'b mut [u8], rest: &mut &'b mut [u8]) -> Option<Ad<&'b str>>;

/// How an answer about a poll is read.
#[derive(Debug)]
pub(super) struct Poll {
    /// Reads an answer of success.
    pub(super) answer: for<'b> fn(&Parsed, u16, &'b mut [u8]) -> Answer<'b>,
    /// What a refusal says of the poll, rather than of the call.
    pub(super) refused: fn(u16, Option<&Parsed>, &[u8]) -> Option<PollAnswer<'static>>,
}

impl Shape {
    pub(super) fn of(endpoint: Endpoint) -> &'static Self {
        match endpoint {
            Endpoint::Prompt => &chatbot_prompt::SHAPE,
            Endpoint::Message => &chatbot_message::SHAPE,
            Endpoint::Bid => &bid::SHAPE,
            Endpoint::Feedback => &RECEIPT,
            Endpoint::Vote | Endpoint::Results => &poll::SHAPE,
        }
    }
}

/// An answer that only says that something was taken.
static RECEIPT: Shape =
    Shape { survey: None, take: |_, _, _| None, has_ad_status: false, poll: None };
