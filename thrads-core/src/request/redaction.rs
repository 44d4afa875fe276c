//! What is said, in a body, passes a redactor while it is counted and written.
//!
//! Part of `request`, beside `body` and `pieces`. Section 5 of the wire contract. All of it is reached by way of one value that
//! only [`Call::redacted`](super::Call::redacted) makes: a program that redacts nothing does not link it.

use super::body::Body;
use super::pieces::Pieces;
use super::steps::Value;
use super::walk::Walk;
use crate::json::write::{put, put_text, text_len};
use crate::redact::{Redacted, Redactor};

/// A redactor, and how bodies pass it.
#[derive(Clone, Copy)]
pub(super) struct Redaction<'a> {
    pub(super) redactor: &'a Redactor<'a>,
    pub(super) ways: &'static Ways,
}

/// What a body does in another way if it is redacted.
pub(super) struct Ways {
    pub(super) len: fn(&Body<'_>, &Redactor<'_>) -> usize,
    pub(super) put: for<'b> fn(&Body<'_>, &Redactor<'_>, &'b mut [u8]) -> Option<&'b mut [u8]>,
    pub(super) next: for<'p> fn(&mut Pieces<'p>, &Redactor<'p>) -> Option<&'static [u8]>,
}

impl<'a> Redaction<'a> {
    pub(super) fn new(redactor: &'a Redactor<'a>) -> Self {
        Self { redactor, ways: &Ways { len, put: put_all, next } }
    }
}

/// As [`Pieces::next`] goes on, with as many values for a text that was said as it has pieces.
fn next<'p>(pieces: &mut Pieces<'p>, redactor: &Redactor<'p>) -> Option<&'static [u8]> {
    if let Some(piece) = pieces.said.as_mut().and_then(Redacted::next) {
        pieces.due = Value::text(piece.as_str());
        return Some(&[]);
    }
    pieces.said = None;
    let (before, value) = pieces.walk.next()?;
    match said(before, value) {
        Some(said) => pieces.said = Some(redactor.pieces(said)),
        None => pieces.due = value,
    }
    Some(before)
}

fn len(body: &Body<'_>, redactor: &Redactor<'_>) -> usize {
    let (mut walk, mut length) = (Walk::default(), 0_usize);
    body.fill(&mut walk);
    while let Some((before, value)) = walk.next() {
        length = length.wrapping_add(before.len());
        length = match said(before, value) {
            Some(said) => redactor.pieces(said).fold(length, |length, piece| {
                length.wrapping_add(text_len(piece.as_str().as_bytes()))
            }),
            None => length.wrapping_add(value.len()),
        };
    }
    length
}

fn put_all<'b>(
    body: &Body<'_>,
    redactor: &Redactor<'_>,
    mut place: &'b mut [u8],
) -> Option<&'b mut [u8]> {
    let mut walk = Walk::default();
    body.fill(&mut walk);
    while let Some((before, value)) = walk.next() {
        place = put(before, place)?;
        place = match said(before, value) {
            Some(said) => redactor
                .pieces(said)
                .try_fold(place, |place, piece| put_text(piece.as_str().as_bytes(), place))?,
            None => value.put(place)?,
        };
    }
    Some(place)
}

/// What somebody said or was told, if that is what stands behind this text.
fn said<'p>(before: &[u8], value: Value<'p>) -> Option<&'p str> {
    match value {
        Value::Text(text) if SAID.iter().any(|name| before.ends_with(name)) => Some(text),
        _ => None,
    }
}

/// What the text before a value ends with if the value is what somebody said or was told, or a summary of it. Members that a
/// caller names have no such text before them.
const SAID: [&[u8]; 4] = [b"\"content\":\"", b"\"user\":\"", b"\"chatbot\":\"", b"\"summary\":\""];
