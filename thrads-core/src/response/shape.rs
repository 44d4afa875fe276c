//! What differs between the answers to the calls, as pointers: a program that reads answers to one call only does not hold
//! the code for the others'.
//!
//! Part of `response`.

use super::ads::{Made, Place, Sources};
use super::envelope;
use super::{Answer, Endpoint, PollAnswer, bid, chatbot_message, chatbot_prompt, poll};
use crate::json::read::Value;
use crate::json::schema::Schema;

/// How the answer to a call is read.
#[derive(Debug)]
pub(super) struct Shape {
    /// Of the whole body. Begins as [`envelope::NAMES`] and what is inside `error`.
    pub(super) schema: &'static Schema,
    /// Reads an answer of success: its values, its status, its body.
    pub(super) answer: for<'b> fn(&mut [Value], u16, &'b mut [u8]) -> Answer<'b>,
    /// What a refusal says of a poll, rather than of the call; only of calls about polls.
    pub(super) refused: Option<Refused>,
}

type Refused = fn(u16, &[Value], &[u8]) -> Option<PollAnswer<'static>>;

/// How the ads of an answer are read.
#[derive(Debug)]
pub(super) struct Form {
    /// Of one ad.
    pub(super) schema: &'static Schema,
    /// Makes an ad of its members and the bytes that they stand in, from the first of its object on.
    pub(super) make: for<'b> fn(&mut [Value], &'b mut [u8], Place<'_, 'b>) -> Made,
    /// Where the ads stand, of an answer whose `data` is an object.
    pub(super) sources: fn(&[Value], &[u8]) -> Sources,
    /// Where the values of the one ad begin that is read with the envelope.
    pub(super) first: usize,
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

/// `data` itself is the ad, unless the answer says beside it that none was served, as the oldest do.
pub(super) fn one(values: &[Value], body: &[u8]) -> Sources {
    if envelope::is_not_served(values, body) {
        return Sources { ranges: [0..0, 0..0], is_read: false };
    }
    let data = envelope::member(values, envelope::DATA);
    Sources { ranges: [data.range(), 0..0], is_read: true }
}

/// An answer that only says that something was taken.
static RECEIPT: Shape = Shape {
    schema: &Schema {
        names: &envelope::NAMES,
        inner: &[envelope::INSIDE_ERROR],
        len: envelope::LEN,
    },
    answer: |values, _, body| Answer::NoAd(envelope::no_ad(values, body)),
    refused: None,
};
