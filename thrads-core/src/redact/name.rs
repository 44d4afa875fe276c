//! Names and words that the caller lists.
//!
//! The last detector of `redact`: it looks at what the others have left.

use super::sign::{EAST_ASIAN, NONE, Sign, code_at, lower, script_of, sign_at, sign_before};
use super::{Kind, Span};

/// The first of the names, the longest where several begin.
pub(super) fn find(text: &str, names: &[&str]) -> Option<Span> {
    let mut start = 0;
    while start < text.len() {
        if is_boundary(text, start) {
            let ends = names.iter().map(|name| end_of(text, start, name));
            let end = ends.max().unwrap_or(start);
            if end > start && !is_marker(text, start, end) {
                return Some(Span { start, end, kind: Kind::Name });
            }
        }
        (_, start) = code_at(text, start);
    }
    None
}

/// Where this name ends if it stands at `start` as whole words, else `start`.
fn end_of(text: &str, start: usize, name: &str) -> usize {
    let (mut end, mut at) = (start, 0);
    while at < name.len() {
        let (wanted, next_at) = code_at(name, at);
        let (code, next) = code_at(text, end);
        if lower(code) != lower(wanted) || matches!(wanted, 0x5b | 0x5d) || end == text.len() {
            return start;
        }
        (end, at) = (next, next_at);
    }
    if is_boundary(text, end) { end } else { start }
}

/// Whether a word may begin or end here.
fn is_boundary(text: &str, at: usize) -> bool {
    let is_inside =
        |sign: Sign| sign.is_ascii_digit() || !matches!(script_of(sign), NONE | EAST_ASIAN);
    !(is_inside(sign_before(text, at).0) && is_inside(sign_at(text, at).0))
}

/// Whether this is the word in a marker that stands in the text already.
fn is_marker(text: &str, start: usize, end: usize) -> bool {
    let behind = text.as_bytes().get(start.wrapping_sub(1)..).unwrap_or_default();
    let length = end.wrapping_sub(start).wrapping_add(2);
    Kind::ALL.iter().any(|kind| {
        let marker = kind.marker().as_bytes();
        marker.len() == length && behind.starts_with(marker)
    })
}
