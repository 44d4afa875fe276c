//! Names and words that the caller lists.
//!
//! The last detector of `redact`: it looks at what the others have left.

use super::chars::{Script, digit, fold, lower};
use super::{Kind, Span};

/// The first of the names, the longest where several begin.
pub(super) fn find(text: &str, names: &[&str]) -> Option<Span> {
    let mut before = None;
    for (start, character) in text.char_indices() {
        if is_boundary(before, Some(character)) {
            let rest = text.get(start..)?;
            let lengths = names.iter().filter_map(|name| length_of(rest, name));
            let end = lengths.max().map(|length| start.saturating_add(length));
            if let Some(end) = end.filter(|end| !is_marker(text, start, *end)) {
                return Some(Span { start, end, kind: Kind::Name });
            }
        }
        before = Some(character);
    }
    None
}

/// How many bytes of the text are this name, if it begins with it as whole words.
fn length_of(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    let mut last = None;
    for wanted in name.chars() {
        let character = rest.next()?;
        if lower(fold(character)) != lower(fold(wanted)) || matches!(wanted, '[' | ']') {
            return None;
        }
        last = Some(character);
    }
    let is_whole = last.is_some() && is_boundary(last, rest.clone().next());
    is_whole.then(|| text.len().saturating_sub(rest.as_str().len()))
}

/// Whether a word may begin or end between these two.
fn is_boundary(before: Option<char>, behind: Option<char>) -> bool {
    let is_inside = |character: Option<char>| {
        character.is_some_and(|character| match Script::of(character) {
            Some(script) => script != Script::EastAsian,
            None => digit(character).is_some(),
        })
    };
    !(is_inside(before) && is_inside(behind))
}

/// Whether this is the word in a marker that stands in the text already.
fn is_marker(text: &str, start: usize, end: usize) -> bool {
    let marker = start.checked_sub(1).and_then(|start| text.get(start..end.saturating_add(1)));
    marker.is_some_and(|marker| Kind::ALL.iter().any(|kind| kind.marker() == marker))
}
