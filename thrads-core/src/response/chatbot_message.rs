//! The answer to a message call of the v1 API.
//!
//! Section 2.3 of the wire contract: a message in `data`, its text plain or inside an object (C26), or nothing there and
//! the reason in `message`.

use super::ads::{Survey, cut};
use super::bid::is_target;
use super::shape::Shape;
use super::{Diagnostic, number};
use crate::ad::{Ad, ChatbotMessage};
use crate::json::members::{members_of, read_plain};
use crate::json::read::{Read, Reader, Span, Value};
use crate::json::text::Text;

/// Where the members of `data` stand.
type Members = [Value; NAMES.len()];

/// What differs in answers to message calls.
pub(super) static SHAPE: Shape = Shape {
    survey: Some(survey),
    take: |start, bytes, rest| {
        let mut reader = Reader::new(bytes);
        reader.seek(start);
        reader.enter(b'{').ok()?;
        let members = read(&mut reader).ok()?;
        make(&members, cut(bytes, reader.end(), rest)?)
    },
    has_ad_status: true,
    poll: None,
};

/// Reads the members of the `data` object that `reader` has entered; a nested `creative` takes the place of the object
/// around it.
fn read(reader: &mut Reader<'_>) -> Read<Members> {
    let mut members = [Value::Absent; NAMES.len()];
    read_plain(reader, &NAMES, &mut members)?;
    if let Some(creative) = members.get_mut(CREATIVE)
        && let Value::Object(span) = *creative
    {
        [*creative] = members_of(span, &["creative"], reader.document());
    }
    Ok(members)
}

/// Reads the `data` object that `reader` has entered. No message is no ad; a message without a target is an ad that
/// cannot be shown.
fn survey(start: usize, reader: &mut Reader<'_>) -> Read<Survey> {
    let members = read(reader)?;
    let mut survey = Survey::default();
    if filled(&members, CREATIVE, reader.document()).is_some() {
        survey.add_source(Span { start, end: reader.end() });
        survey.count(judge(&members, reader.document()));
    }
    Ok(survey)
}

fn judge(members: &Members, document: &[u8]) -> Result<(), Diagnostic> {
    let url = filled(members, PROD_URL, document).ok_or(Diagnostic::NoTarget)?;
    if is_target(url, document) { Ok(()) } else { Err(Diagnostic::RefusedTarget) }
}

/// Makes the ad whose members stand in `document`.
fn make<'b>(members: &Members, document: &'b mut [u8]) -> Option<Ad<&'b str>> {
    judge(members, document).ok()?;
    let price_micros = number::scaled(members.get(PRICE).copied()?, 6, document);
    let spans: [Option<Span>; NAMES.len()] = core::array::from_fn(|index| {
        filled(members, index, document).map(|text| text.unescape(document))
    });
    let document: &'b [u8] = document;
    let get = |index: usize| {
        let span = spans.get(index).copied().flatten()?;
        core::str::from_utf8(span.of(document)).ok()
    };
    Some(Ad::Message(ChatbotMessage {
        creative: get(CREATIVE)?,
        prod_name: get(PROD_NAME),
        img_url: get(IMG_URL),
        prod_url: get(PROD_URL)?,
        price_micros,
        currency: get(CURRENCY),
    }))
}

/// A member that is text and more than white space; all else counts as absent (T77).
fn filled(members: &Members, index: usize, document: &[u8]) -> Option<Text> {
    members.get(index)?.text().filter(|text| !text.is_blank(document))
}

const NAMES: [&str; 6] = ["creative", "prod_name", "img_url", "prod_url", "price", "currency"];
const CREATIVE: usize = 0;
const PROD_NAME: usize = 1;
const IMG_URL: usize = 2;
const PROD_URL: usize = 3;
const PRICE: usize = 4;
const CURRENCY: usize = 5;
