//! The options of a poll that is offered, packed where they stand.
//!
//! Part of `response`. Section 3.10 of the wire contract; ids that are numbers become text (T83).

use super::said::{Takes, say};
use crate::ad::pack;
use crate::json::read::Reader;
use crate::json::schema::Schema;
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
    let mut members = [Value::ABSENT; OPTION.len];
    while let Some(rest) = document.get_mut(at..end) {
        let mut reader = Reader::new(rest);
        if reader.item(&OPTION, &mut members).is_none() {
            break;
        }
        let behind = at.wrapping_add(reader.at());
        let option = chosen(&mut members, rest);
        if let Some([id, text]) = option
            && let Some(place) = document.get_mut(to..behind)
        {
            let moved = at.saturating_sub(to);
            let from = |range: Range<usize>| {
                range.start.wrapping_add(moved)..range.end.wrapping_add(moved)
            };
            to = to.wrapping_add(pack(place, from(id), from(text)).unwrap_or(0));
        }
        at = behind;
    }
    // What is left of them may begin or end within a character.
    document.get_mut(to..end).unwrap_or_default().fill(b' ');
    Value::at(start..to)
}

/// Id and text of an option that has both, undone of their escapes.
fn chosen(members: &mut [Value; OPTION.len], bytes: &mut [u8]) -> Option<[Range<usize>; 2]> {
    let [id, text] = members;
    say(id, Takes::Number, bytes);
    say(text, Takes::Words, bytes);
    if id.is_there() && text.is_there() { Some([id.range(), text.range()]) } else { None }
}

const OPTION: Schema = Schema::of(&["id", "text"]);
