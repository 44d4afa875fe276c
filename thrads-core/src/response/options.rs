//! The options of a poll that is offered, packed where they stand.
//!
//! Part of `response`. Section 3.10 of the wire contract; ids that are numbers become text (T83).

use super::said::{Takes, say};
use crate::ad::pack;
use crate::json::read::Reader;
use crate::json::schema::{Schema, names};
use crate::json::value::Value;
use core::ops::Range;

/// Packs the options of a list to its front, as [`PollOptions`](crate::PollOptions) reads them, and returns where they then
/// stand; absent where there are none. What cannot be chosen is left out.
#[inline(never)]
pub(super) fn pack_all(list: Value, document: &mut [u8]) -> Value {
    if list.kind(document) != Some(b'[') {
        return Value::ABSENT;
    }
    let Range { start, end } = list.inside();
    let (mut at, mut to) = (start, start);
    let mut option = [Value::ABSENT; OPTION.len];
    loop {
        let mut reader = Reader::within(document, at..end);
        if reader.item(&OPTION, &mut option).is_none() {
            break;
        }
        at = reader.at();
        let [id, text] = &mut option;
        say(id, Takes::Number, document);
        say(text, Takes::Words, document);
        if id.is_there() && text.is_there() {
            to = pack(document, to, *id, *text).unwrap_or(to);
        }
    }
    // What is left of them may begin or end within a character.
    document.get_mut(to..end).unwrap_or_default().fill(b' ');
    Value::new(start, to)
}

const OPTION: Schema = Schema::of(names!["id", "text"]);
