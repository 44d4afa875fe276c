//! Names and words that the caller lists.
//!
//! The last detector of `redact`: it looks at what the others have left.

use super::sign::{EAST_ASIAN, NONE, Sign, Text, lower, script_of};
use super::{Kind, Stretch};

/// The first of the names, the longest where several begin.
pub(super) fn find(text: &Text<'_>, names: &[&str]) -> Stretch {
    let mut start = 0;
    while start < text.bytes.len() {
        if is_boundary(text, start) {
            let ends = names.iter().map(|name| end_of(text, start, name));
            let end = ends.max().unwrap_or(start);
            if end > start && !is_marker(text, start, end) {
                return Stretch { start, end };
            }
        }
        (_, start) = text.code_at(start);
    }
    text.behind()
}

/// Where this name ends if it stands at `start` as whole words, else `start`.
fn end_of(text: &Text<'_>, start: usize, name: &str) -> usize {
    let name = &Text::of(name);
    let (mut end, mut at) = (start, 0);
    while at < name.bytes.len() {
        let (wanted, next_at) = name.code_at(at);
        let (code, next) = text.code_at(end);
        if lower(code) != lower(wanted) || matches!(wanted, 0x5b | 0x5d) || end == text.bytes.len()
        {
            return start;
        }
        (end, at) = (next, next_at);
    }
    if is_boundary(text, end) { end } else { start }
}

/// Whether a word may begin or end here.
fn is_boundary(text: &Text<'_>, at: usize) -> bool {
    let is_inside =
        |sign: Sign| sign.is_ascii_digit() || !matches!(script_of(sign), NONE | EAST_ASIAN);
    !(is_inside(text.sign_before(at).0) && is_inside(text.sign_at(at).0))
}

/// Whether this is the word in a marker that stands in the text already.
fn is_marker(text: &Text<'_>, start: usize, end: usize) -> bool {
    let behind = text.bytes.get(start.wrapping_sub(1)..).unwrap_or_default();
    let length = end.wrapping_sub(start).wrapping_add(2);
    Kind::ALL.iter().any(|kind| {
        let marker = kind.marker().as_bytes();
        marker.len() == length && behind.starts_with(marker)
    })
}
