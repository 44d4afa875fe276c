//! The answer to a vote, or to asking for the results of a poll: both generations of it.
//!
//! Sections 4.6 and 4.7 of the wire contract. The older answers bare, the newer inside `data`; the older has codes for
//! what it refuses, the newer has FastAPI's `detail`.

use super::around::Around;
use super::envelope::{CODE, DETAIL, ERROR, MESSAGE, Parsed};
use super::shape::{Poll, Shape};
use super::{Answer, Malformed, number, options, snippet};
use crate::json::members::{members_of, read_plain};
use crate::json::read::{Read, Reader, Span, Value};
use crate::json::text::Text;

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
#[derive(Debug)]
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
#[derive(Debug)]
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
    survey: None,
    take: |_, _, _| None,
    has_ad_status: false,
    poll: Some(Poll { answer, refused }),
};

fn answer<'b>(parsed: &Parsed, status: u16, body: &'b mut [u8]) -> Answer<'b> {
    let data = parsed.object().map(|span| members_of(span, &NAMES, body));
    match listed(data, body) {
        Some((members, list)) => Answer::Poll(PollAnswer::Results(results(&members, list, body))),
        None => Answer::Malformed(Malformed { status, snippet: snippet(body) }),
    }
}

/// Where the members of a result stand.
type Members = [Value; NAMES.len()];

/// Reads the members of the object that `reader` has entered.
fn read(reader: &mut Reader<'_>) -> Read<Members> {
    let mut members = [Value::Absent; NAMES.len()];
    read_plain(reader, &NAMES, &mut members)?;
    Ok(members)
}

/// What a refusal says of a poll; `None` where it is an error of the call.
fn refused(status: u16, parsed: Option<&Parsed>, body: &[u8]) -> Option<PollAnswer<'static>> {
    match status {
        409 => Some(PollAnswer::AlreadyVoted),
        401 | 404 => Some(PollAnswer::TokenInvalid),
        400 => parsed
            .filter(|parsed| names_the_option(parsed, body))
            .map(|_| PollAnswer::InvalidOption),
        _ => None,
    }
}

/// Generation A has a code, at the top or inside `error`; B has a sentence (T101).
fn names_the_option(parsed: &Parsed, body: &[u8]) -> bool {
    let inside = [ERROR, DETAIL].map(|index| match parsed.member(index) {
        Value::Object(span) => members_of(span, &["code", "message"], body),
        value => [value, Value::Absent],
    });
    let direct = [CODE, MESSAGE].map(|index| parsed.member(index));
    let says_so = |text: Text| {
        let is = |words: &str| text.chars(body).map(|c| c.to_ascii_lowercase()).eq(words.chars());
        is("invalid_option") || is("invalid poll option")
    };
    inside.into_iter().flatten().chain(direct).filter_map(Value::text).any(says_so)
}

/// The members of a result, those of `data` if it is an object, else the body's own, and the list of options among them.
/// `None` without one.
fn listed(data: Option<Members>, body: &[u8]) -> Option<(Members, Span)> {
    let members = data.or_else(|| bare(body))?;
    match members {
        [.., Value::Array(list)] => Some((members, list)),
        _ => None,
    }
}

/// The result whose members stand in `body`.
fn results<'b>(members: &Members, list: Span, body: &'b mut [u8]) -> PollResults<'b> {
    let [poll_id, selected, total_votes, question, _] = *members;
    let poll_id = number::scaled(poll_id, 0, body);
    let total_votes = number::scaled(total_votes, 0, body);
    let selected = options::id(selected, body).map(|text| text.unescape(body));
    let question = question.text().map(|text| text.unescape(body));
    let (around, rest) = Around::cut(body, list.inside());
    PollResults {
        poll_id,
        question: question.and_then(|span| around.text(span)),
        selected: selected.and_then(|span| around.text(span)),
        total_votes,
        rows: PollRows { rest },
    }
}

/// The members of the body's own object, which was read once already.
fn bare(body: &[u8]) -> Option<Members> {
    let mut reader = Reader::new(body);
    reader.enter(b'{').ok().filter(|entered| *entered)?;
    read(&mut reader).ok()
}

impl<'b> Iterator for PollRows<'b> {
    type Item = PollRow<'b>;

    fn next(&mut self) -> Option<PollRow<'b>> {
        while !self.rest.is_empty() {
            let bytes = core::mem::take(&mut self.rest);
            let (values, length) = options::next(bytes, &ROW_NAMES)?;
            let (row, rest) = bytes.split_at_mut_checked(length)?;
            self.rest = rest;
            if let Some(row) = make(values, row) {
                return Some(row);
            }
        }
        None
    }
}

/// Makes the row whose members stand in `row`; one without an id is none.
fn make(values: [Value; 4], row: &mut [u8]) -> Option<PollRow<'_>> {
    let [id, text, votes, percentage] = values;
    let (votes, percentage_milli) =
        (number::scaled(votes, 0, row), number::scaled(percentage, 3, row));
    let id = options::id(id, row)?.unescape(row);
    let text = text.text().map(|text| text.unescape(row));
    let row: &[u8] = row;
    let get = |span: Span| core::str::from_utf8(span.of(row)).ok();
    Some(PollRow { id: get(id)?, text: text.and_then(get), votes, percentage_milli })
}

const NAMES: [&str; 5] =
    ["sponsored_poll_id", "selected_option_id", "total_votes", "question", "options"];
const ROW_NAMES: [&str; 4] = ["id", "text", "votes", "percentage"];
