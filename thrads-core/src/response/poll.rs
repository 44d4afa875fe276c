//! The answer to a vote, or to asking for the results of a poll: both generations of it.
//!
//! Sections 4.6 and 4.7 of the wire contract. The older answers bare, the newer inside `data`; the older has codes for
//! what it refuses, the newer has FastAPI's `detail`.

use super::around::Around;
use super::envelope::{
    self, CODE, DETAIL, ERROR, ERROR_CODE, ERROR_MESSAGE, MESSAGE, Values, member,
};
use super::number::scaled;
use super::said::{Takes, at, say};
use super::shape::{Content, Shape};
use super::{Answer, Malformed, snippet};
use crate::json::read::Reader;
use crate::json::schema::{Inner, Schema, names};
use crate::json::text::spells_in_any_case;
use crate::json::utf8::as_text;
use crate::json::value::Value;
use core::fmt;

/// What a poll's answer says, where it is neither an error of the call nor unreadable.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollAnswer<'b> {
    /// The votes so far; after a vote, its own among them.
    Results(PollResults<'b>),
    /// 409: this ad's vote was cast before. [`Client::vote`](crate::Client::vote) then asks for the results.
    AlreadyVoted,
    /// 400 for an option that the platform does not know (any more).
    InvalidOption,
    /// 401 or 404: the poll's links are no longer good, and only a new ad has new ones.
    TokenInvalid,
}

/// The votes on a poll.
pub struct PollResults<'b> {
    /// The platform's number of the poll.
    pub poll_id: Option<u64>,
    /// The question, where the answer repeats it.
    pub question: Option<&'b str>,
    /// The id of the option that was voted for, where the answer tells it.
    pub selected: Option<&'b str>,
    /// All votes.
    pub total_votes: Option<u64>,
    /// The options in the platform's order, one at a time and once.
    pub rows: PollRows<'b>,
}

/// The options of a result, each made where it stands in the body; one without an id is left out.
pub struct PollRows<'b> {
    /// Comma-separated JSON values; shortened from the front.
    rest: &'b mut [u8],
}

/// The votes for one option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PollRow<'b> {
    /// The option's id.
    pub id: &'b str,
    /// The option's text.
    pub text: Option<&'b str>,
    /// Votes for it.
    pub votes: Option<u64>,
    /// Its share in thousandths of a percent, rounded half up; as the platform says it, so shares need not add up to
    /// 100,000 and one may be above that. Absent where it is negative.
    pub percentage_milli: Option<u64>,
}

/// What differs in answers about polls.
pub(super) static SHAPE: Shape = Shape {
    schema: &Schema {
        names: envelope::NAMES,
        inner: &[
            envelope::INSIDE_ERROR,
            Inner { index: DETAIL, first: INSIDE_DETAIL, schema: &envelope::PROBLEM },
            Inner { index: envelope::DATA, first: RESULT, schema: &RESULTS },
        ],
        len: RESULT + RESULTS.len,
    },
    content: Content::Poll(answer, refused),
};
const INSIDE_DETAIL: usize = envelope::LEN;
const RESULT: usize = INSIDE_DETAIL + envelope::PROBLEM.len;

/// The members of a result are those of `data` if it is an object, else the body's own.
fn answer<'b>(values: &mut Values, status: u16, body: &'b mut [u8]) -> Answer<'b> {
    let is_inside = member(values, envelope::DATA).kind(body) == Some(b'{');
    let mut result = [Value::ABSENT; RESULTS.len];
    if let Some(inside) = values.get(RESULT..).and_then(<[_]>::first_chunk) {
        result = *inside;
    }
    // The body was read once already, by other names.
    let is_read = is_inside || Reader::new(body).document(&RESULTS, &mut result).is_ok();
    let list = member(&result, OPTIONS);
    if is_read && list.kind(body) == Some(b'[') {
        Answer::Poll(PollAnswer::Results(results(&mut result, list, body)))
    } else {
        Answer::Malformed(Malformed { status, snippet: snippet(body) })
    }
}

/// What a refusal says of a poll; `None` where it is an error of the call.
fn refused(status: u16, values: Option<&Values>, body: &[u8]) -> Option<PollAnswer<'static>> {
    match status {
        409 => Some(PollAnswer::AlreadyVoted),
        401 | 404 => Some(PollAnswer::TokenInvalid),
        400 if names_the_option(values?, body) => Some(PollAnswer::InvalidOption),
        _ => None,
    }
}

/// Generation A has a code, at the top or inside `error`; B has a sentence (T101).
fn names_the_option(values: &Values, body: &[u8]) -> bool {
    let says_so = |&index: &usize| {
        let value = member(values, index);
        let text = value.inside_of(body);
        value.is_text(body)
            && (spells_in_any_case(text, "invalid_option")
                || spells_in_any_case(text, "invalid poll option"))
    };
    let is_object = |index| member(values, index).kind(body) == Some(b'{');
    [CODE, MESSAGE, ERROR, DETAIL].iter().any(says_so)
        || is_object(ERROR) && [ERROR_CODE, ERROR_MESSAGE].iter().any(says_so)
        || is_object(DETAIL) && [DETAIL_CODE, DETAIL_MESSAGE].iter().any(says_so)
}

const DETAIL_MESSAGE: usize = INSIDE_DETAIL;
const DETAIL_CODE: usize = INSIDE_DETAIL + 2;

/// The result whose members stand in `body`.
fn results<'b>(
    members: &mut [Value; RESULTS.len],
    list: Value,
    body: &'b mut [u8],
) -> PollResults<'b> {
    for (member, &takes) in
        members.iter_mut().zip(&[Takes::Number, Takes::Number, Takes::Number, Takes::Text])
    {
        say(member, takes, body);
    }
    let (around, rest) = Around::cut(body, list.inside());
    let number = |index| scaled(around.at(member(members, index))?.as_bytes(), 0);
    PollResults {
        poll_id: number(POLL_ID),
        question: around.at(member(members, QUESTION)),
        selected: around.at(member(members, SELECTED)),
        total_votes: number(TOTAL_VOTES),
        rows: PollRows { rest },
    }
}

const RESULTS: Schema = Schema::of(names![
    "sponsored_poll_id",
    "selected_option_id",
    "total_votes",
    "question",
    "options"
]);
const POLL_ID: usize = 0;
const SELECTED: usize = 1;
const TOTAL_VOTES: usize = 2;
const QUESTION: usize = 3;
const OPTIONS: usize = 4;

impl<'b> Iterator for PollRows<'b> {
    type Item = PollRow<'b>;

    fn next(&mut self) -> Option<PollRow<'b>> {
        while !self.rest.is_empty() {
            let bytes = core::mem::take(&mut self.rest);
            let mut members = [Value::ABSENT; ROW.len];
            let mut reader = Reader::new(bytes);
            reader.item(&ROW, &mut members)?;
            let (row, rest) = bytes.split_at_mut_checked(reader.at())?;
            self.rest = rest;
            if let Some(row) = make(&mut members, row) {
                return Some(row);
            }
        }
        None
    }
}

/// Makes the row whose members stand in `row`; one without an id is none.
fn make<'b>(members: &mut [Value; ROW.len], row: &'b mut [u8]) -> Option<PollRow<'b>> {
    for (member, &takes) in
        members.iter_mut().zip(&[Takes::Number, Takes::Text, Takes::Number, Takes::Number])
    {
        say(member, takes, row);
    }
    let text = as_text(row)?;
    let said = |index| at(member(members, index), text);
    let number = |index, places| scaled(said(index)?.as_bytes(), places);
    Some(PollRow {
        id: said(ID)?,
        text: said(TEXT),
        votes: number(VOTES, 0),
        percentage_milli: number(PERCENTAGE, 3),
    })
}

const ROW: Schema = Schema::of(names!["id", "text", "votes", "percentage"]);
const ID: usize = 0;
const TEXT: usize = 1;
const VOTES: usize = 2;
const PERCENTAGE: usize = 3;

/// Without the words of the poll.
impl fmt::Debug for PollResults<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollResults")
            .field("poll_id", &self.poll_id)
            .field("total_votes", &self.total_votes)
            .finish_non_exhaustive()
    }
}

/// Without what is not read yet.
impl fmt::Debug for PollRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollRows").finish_non_exhaustive()
    }
}
