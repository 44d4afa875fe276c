//! Whole numbers out of members that should be numbers.
//!
//! Part of `response`; the rule is contract case T78: a number, or a text that holds one, scaled and rounded half up.

use crate::json::decimal;
use crate::json::read::Reader;

/// The number that `text` is, white space around it or not, times `10^places`. `None` if it is none, negative, or more than a
/// `u64` holds.
pub(super) fn scaled(text: &[u8], places: i32) -> Option<u64> {
    let number = text.trim_ascii();
    let mut reader = Reader::new(number);
    let is_number = matches!(number.first(), Some(b'-' | b'0'..=b'9'))
        && reader.value().is_ok()
        && reader.finish().is_ok();
    if is_number { decimal::scaled(number, places) } else { None }
}
