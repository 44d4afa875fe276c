//! What differs between the answers to the calls, as pointers: a program that reads answers to one call only does not hold
//! the code for the others'.
//!
//! Part of `response`.

use super::ads::{Found, Judged};
use super::envelope::{self, Members, Values};
use super::{Answer, Endpoint, PollAnswer, bid, chatbot_message, chatbot_prompt, poll};
use crate::ad::Ad;
use crate::json::schema::Schema;

/// How the answer to a call is read.
#[derive(Debug)]
pub(super) struct Shape {
    /// Of the whole body. Begins as [`envelope::NAMES`] and what is inside `error`.
    pub(super) schema: &'static Schema,
    pub(super) content: Content,
}

/// What an answer of success holds.
#[derive(Debug)]
pub(super) enum Content {
    /// Ads.
    Ads(&'static Form),
    /// A poll, read by the first; the second tells what a refusal says of it, rather than of the call.
    Poll(ReadPoll, Refused),
    /// Nothing but that something was taken.
    Receipt,
}

type ReadPoll = for<'b> fn(&mut Values, u16, &'b mut [u8]) -> Answer<'b>;
type Refused = fn(u16, Option<&Values>, &[u8]) -> Option<PollAnswer<'static>>;

/// How the ads of an answer are read.
#[derive(Debug)]
pub(super) struct Form {
    /// Of one ad.
    pub(super) schema: &'static Schema,
    /// Says which format the ad of these members is, and leaves of them what it is made of. Those of a format that is not known
    /// stay as they came.
    pub(super) judge: fn(&mut Members, &mut [u8]) -> Judged,
    /// Makes the ad at a place of the body.
    pub(super) make: for<'b> fn(&'b str, usize) -> Option<Ad<&'b str>>,
    /// Finds the ads of an answer whose `data` is an object.
    pub(super) find: fn(&mut Found, &mut Values, &mut [u8]),
    /// The member that two ads do not have in common; above all others if there is none.
    pub(super) id: usize,
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
pub(super) fn one(found: &mut Found, values: &mut Values, body: &mut [u8]) {
    let data = envelope::member(values, envelope::DATA);
    if !envelope::is_not_served(values, body)
        && let Some(members) = envelope::members(values)
    {
        found.take(data, members, body);
    }
}

static RECEIPT: Shape = Shape {
    schema: &Schema {
        names: &envelope::NAMES,
        inner: &[envelope::INSIDE_ERROR],
        len: envelope::LEN,
    },
    content: Content::Receipt,
};
