//! The options of a poll that is offered: counted in the first pass, packed in the second.
//!
//! Part of `response`. Section 3.10 of the wire contract; ids that are numbers become text (T83).

use crate::ad::pack;
use crate::json::members::read_plain;
use crate::json::read::{Reader, Span, Value};
use crate::json::text::Text;

/// Whether the array has an option that can be chosen.
pub(super) fn has_any(options: Value, document: &[u8]) -> bool {
    let Value::Array(span) = options else { return false };
    let mut rest = span.inside().of(document);
    while let Some((values, length)) = next(rest, &NAMES) {
        if chosen(&values, rest).is_some() {
            return true;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

/// Packs the options of the array to its front, as [`PollOptions`](crate::PollOptions) reads them, and returns where
/// they then stand. What cannot be chosen is left out.
pub(super) fn pack_all(options: Span, document: &mut [u8]) -> Span {
    let Span { start, end } = options.inside();
    let (mut at, mut to) = (start, start);
    while let Some(rest) = document.get_mut(at..end)
        && let Some((values, length)) = next(rest, &NAMES)
    {
        let option = chosen(&values, rest);
        let option = option.map(|(id, text)| (id.unescape(rest), text.unescape(rest)));
        let behind = at.saturating_add(length);
        if let Some((id, text)) = option
            && let Some(place) = document.get_mut(to..behind)
        {
            let moved = at.saturating_sub(to);
            let range =
                |span: Span| span.start.saturating_add(moved)..span.end.saturating_add(moved);
            to = to.saturating_add(pack(place, range(id), range(text)).unwrap_or(0));
        }
        at = behind;
    }
    Span { start, end: to }
}

/// The named members of the next item of a list, comma aside, and the bytes up to its end. All are absent where it is no
/// object; `None` where nothing follows.
pub(super) fn next<const N: usize>(rest: &[u8], names: &[&str; N]) -> Option<([Value; N], usize)> {
    let mut values = [Value::Absent; N];
    let mut reader = Reader::new(rest);
    reader.skip_comma();
    reader.peek()?;
    if reader.enter(b'{').ok()? {
        read_plain(&mut reader, names, &mut values).ok()?;
    } else {
        reader.value().ok()?;
    }
    Some((values, reader.end()))
}

/// An id as text: one that is a number as it is written.
pub(super) fn id(value: Value, document: &[u8]) -> Option<Text> {
    match value {
        Value::Number(span) => Some(Text { span, escaped: false }),
        value => value.text().filter(|text| !text.is_blank(document)),
    }
}

/// Id and text of an option that has both.
fn chosen([of_id, of_text]: &[Value; 2], document: &[u8]) -> Option<(Text, Text)> {
    let text = of_text.text().filter(|text| !text.is_blank(document))?;
    Some((id(*of_id, document)?, text))
}

const NAMES: [&str; 2] = ["id", "text"];
