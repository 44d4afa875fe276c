//! The answer to a prompt call of the v1 API.
//!
//! Section 2.2 of the wire contract: a prompt in `data`, or nothing there and the reason in `message`.

use super::Diagnostic;
use super::ads::{Survey, cut};
use super::bid::is_target;
use super::shape::Shape;
use crate::ad::{Ad, ChatbotPrompt};
use crate::json::members::read_plain;
use crate::json::read::{Read, Reader, Span, Value};
use crate::json::text::Text;

/// Where the members of `data` stand.
pub(super) type Members = [Value; NAMES.len()];

/// What differs in answers to prompt calls.
pub(super) static SHAPE: Shape = Shape {
    survey: Some(survey),
    take: |start, bytes, rest| {
        let mut members = NO_MEMBERS;
        let mut reader = Reader::new(bytes);
        reader.seek(start);
        reader.enter(b'{').ok()?;
        read(&mut reader, &mut members).ok()?;
        make(&members, cut(bytes, reader.end(), rest)?)
    },
    has_ad_status: true,
    poll: None,
};

/// Reads the members of the `data` object that `reader` has entered.
fn read(reader: &mut Reader<'_>, members: &mut Members) -> Read<()> {
    read_plain(reader, &NAMES, members)
}

/// Reads the `data` object that `reader` has entered. No prompt is no ad; a prompt without a target is an ad that
/// cannot be shown.
fn survey(start: usize, reader: &mut Reader<'_>) -> Read<Survey> {
    let mut members = NO_MEMBERS;
    read(reader, &mut members)?;
    let mut survey = Survey::default();
    if filled(&members, PROMPT, reader.document()).is_some() {
        survey.add_source(Span { start, end: reader.end() });
        survey.count(judge(&members, reader.document()));
    }
    Ok(survey)
}

fn judge(members: &Members, document: &[u8]) -> Result<(), Diagnostic> {
    let link = filled(members, LINK, document).ok_or(Diagnostic::NoTarget)?;
    if is_target(link, document) { Ok(()) } else { Err(Diagnostic::RefusedTarget) }
}

/// Makes the ad whose members stand in `document`.
fn make<'b>(members: &Members, document: &'b mut [u8]) -> Option<Ad<&'b str>> {
    judge(members, document).ok()?;
    let spans: [Option<Span>; NAMES.len()] = core::array::from_fn(|index| {
        filled(members, index, document).map(|text| text.unescape(document))
    });
    let document: &'b [u8] = document;
    let get = |index: usize| {
        let span = spans.get(index).copied().flatten()?;
        core::str::from_utf8(span.of(document)).ok()
    };
    Some(Ad::ChatbotPrompt(ChatbotPrompt {
        prompt: get(PROMPT)?,
        link: get(LINK)?,
        brand: get(BRAND),
        sponsored_prompt_id: get(SPONSORED_PROMPT_ID),
        icon: get(ICON),
        token: get(TOKEN),
    }))
}

/// A member that is text and more than white space; all else counts as absent (T77).
fn filled(members: &Members, index: usize, document: &[u8]) -> Option<Text> {
    members.get(index)?.text().filter(|text| !text.is_blank(document))
}

const NO_MEMBERS: Members = [Value::Absent; NAMES.len()];
const NAMES: [&str; 6] = ["prompt", "link", "brand", "sponsored_prompt_id", "icon", "token"];
const PROMPT: usize = 0;
const LINK: usize = 1;
const BRAND: usize = 2;
const SPONSORED_PROMPT_ID: usize = 3;
const ICON: usize = 4;
const TOKEN: usize = 5;
