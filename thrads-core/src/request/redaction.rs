//! What is said, in a body, passes a redactor while it is counted and written.
//!
//! Part of `request`, beside `body` and `pieces`. Section 5 of the wire contract. All of it is reached by way of one value that
//! only [`Call::redacted`](super::Call::redacted) makes: a program that redacts nothing does not link it.

use super::body::Body;
use super::pieces::Pieces;
use super::steps::Value;
use crate::json::write::put;
use crate::redact::{Redacted, Redactor};

/// A redactor, and how bodies pass it.
#[derive(Clone, Copy)]
pub(super) struct Redaction<'a> {
    pub(super) redactor: &'a Redactor<'a>,
    pub(super) ways: &'static Ways,
}

/// What a body does in another way if it is redacted.
pub(super) struct Ways {
    pub(super) len: fn(&Body<'_>) -> usize,
    pub(super) put: for<'b> fn(&Body<'_>, &'b mut [u8]) -> Option<&'b mut [u8]>,
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
    match value {
        Value::Text(text) if SAID.iter().any(|name| before.ends_with(name)) => {
            let said = core::str::from_utf8(text).unwrap_or_default();
            pieces.said = Some(redactor.pieces(said));
        }
        _ => pieces.due = value,
    }
    Some(before)
}

fn len(body: &Body<'_>) -> usize {
    let (mut pieces, mut length) = (body.pieces(), 0_usize);
    while let Some(piece) = pieces.next() {
        length = length.wrapping_add(piece.len());
    }
    length
}

fn put_all<'b>(body: &Body<'_>, mut place: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let mut pieces = body.pieces();
    while let Some(piece) = pieces.next() {
        place = put(piece, place)?;
    }
    Some(place)
}

/// What the text before a value ends with if the value is what somebody said or was told, or a summary of it. Members that a
/// caller names have no such text before them.
const SAID: [&[u8]; 4] = [b"\"content\":\"", b"\"user\":\"", b"\"chatbot\":\"", b"\"summary\":\""];
