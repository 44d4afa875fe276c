//! Whole numbers out of members that should be numbers.
//!
//! Part of `response`; the rule is contract case T78: a number, or a text that holds one, scaled and rounded half up.

use crate::json::decimal;
use crate::json::read::{Reader, Value};

/// `value` times `10^places`; the escapes of a text are undone already. `None` if it is no number, negative, or more than
/// a `u64` holds.
pub(super) fn scaled(value: Value, places: i32, document: &[u8]) -> Option<u64> {
    let number = match value.kind(document)? {
        b'"' => value.inside_of(document).trim_ascii(),
        _ => document.get(value.range())?,
    };
    let mut reader = Reader::new(number);
    let is_number = matches!(number.first(), Some(b'-' | b'0'..=b'9'))
        && reader.value().is_ok()
        && reader.finish().is_ok();
    if is_number { decimal::scaled(number, places) } else { None }
}
