//! Whole numbers out of members that should be numbers.
//!
//! Part of `response`; the rule is contract case T78: a number, or a text that holds one, scaled and rounded half up.

use crate::json::decimal;
use crate::json::read::{Reader, Value};

/// `value` times `10^places`. `None` if it is no number, negative, or more than a `u64` holds.
pub(super) fn scaled(value: Value, places: i32, document: &[u8]) -> Option<u64> {
    let mut copied = heapless::Vec::<u8, MAX_TEXT_BYTES>::new();
    let number = match value {
        Value::Number(span) => span.of(document),
        Value::Text(text) if text.escaped => {
            for character in text.chars(document) {
                copied.push(u8::try_from(character).ok()?).ok()?;
            }
            copied.trim_ascii()
        }
        Value::Text(text) => text.span.of(document).trim_ascii(),
        _ => return None,
    };
    let mut reader = Reader::new(number);
    let is_number = matches!(reader.value(), Ok(Value::Number(_))) && reader.finish().is_ok();
    is_number.then(|| decimal::scaled(number, places))?
}

/// Of a number in a text with escapes; a longer one is none.
const MAX_TEXT_BYTES: usize = 32;
