//! What an answer says, marked where it stands: a note in front of each member that is kept.
//!
//! Part of `response`. A body is marked while it may be changed, and then lent as text: what is in it is made of the notes, as
//! late as anybody asks for it. A note stands over JSON that is of no more use, the name of the member, and is text itself. It
//! says what stands behind it, how long that is, and where the next one is.

use crate::json::value::Value;
use core::ops::Range;

/// Notes that are being written.
#[derive(Default)]
pub(super) struct Notes {
    /// Where the first is; 0 if there is none.
    pub(super) first: usize,
    last: usize,
    tag: u8,
}

impl Notes {
    /// Those of an ad.
    pub(super) fn of_format(format: u8) -> Self {
        Self { tag: format << TAG_BITS, ..Self::default() }
    }

    /// Adds the next member if it is there, and gives it the next tag. At least [`LENGTH`] bytes of JSON stand before it.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn add(&mut self, member: Value, body: &mut [u8]) {
        let tag = self.tag;
        self.tag = tag.wrapping_add(1);
        if !member.is_there() {
            return;
        }
        let Range { start, end } = member.range();
        let at = start.wrapping_sub(LENGTH);
        if let Some(place) = body.get_mut(at) {
            *place = tag;
        }
        put(end.wrapping_sub(start), at.wrapping_add(1), body);
        put(0, at.wrapping_add(NEXT), body);
        if self.first == 0 {
            self.first = at;
        } else {
            put(at, self.last.wrapping_add(NEXT), body);
        }
        self.last = at;
    }

    /// The next member is the first of another object of its kind.
    pub(super) fn begin_again(&mut self) {
        self.tag = 0;
    }
}

/// A note, and what it stands before.
pub(super) struct Note {
    pub(super) tag: u8,
    content: Range<usize>,
    next: usize,
}

impl Note {
    /// The note at a place; none at 0, which is behind the last.
    pub(super) fn at(at: usize, body: &[u8]) -> Option<Self> {
        let tag = if at == 0 { None } else { body.get(at).copied() }?;
        let start = at.wrapping_add(LENGTH);
        let end = start.wrapping_add(number(at.wrapping_add(1), body));
        Some(Self { tag, content: start..end, next: number(at.wrapping_add(NEXT), body) })
    }

    /// What the first note of a tag stands before, from the note at `first` on.
    pub(super) fn find(first: usize, tag: usize, body: &[u8]) -> Option<Range<usize>> {
        let mut note = Self::at(first, body)?;
        while usize::from(note.tag & TAG) < tag {
            note = Self::at(note.next, body)?;
        }
        if usize::from(note.tag & TAG) == tag { Some(note.content) } else { None }
    }

    pub(super) fn format(&self) -> u8 {
        self.tag >> TAG_BITS
    }
}

/// What the notes stand before, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<'b> {
    text: &'b str,
    at: usize,
}

impl<'b> Said<'b> {
    /// From the note at `first`.
    pub(super) fn new(text: &'b str, first: usize) -> Self {
        Self { text, at: first }
    }

    /// What the next note stands before, if it is of this tag.
    #[inline(never)]
    pub(super) fn take(&mut self, tag: usize) -> Option<&'b str> {
        let note = Note::at(self.at, self.text.as_bytes())?;
        if usize::from(note.tag & TAG) != tag {
            return None;
        }
        self.at = note.next;
        self.text.get(note.content)
    }
}

/// Writes a length or a place, seven bits a byte, so that it is text.
#[cfg_attr(target_os = "none", inline(never))]
fn put(number: usize, at: usize, body: &mut [u8]) {
    let mut rest = number;
    let place = body.get_mut(at..at.wrapping_add(NUMBER)).unwrap_or_default();
    for byte in place.iter_mut().rev() {
        *byte = rest.to_le_bytes()[0] & 0x7f;
        rest >>= 7;
    }
}

#[cfg_attr(target_os = "none", inline(never))]
fn number(at: usize, body: &[u8]) -> usize {
    let digits = body.get(at..at.wrapping_add(NUMBER)).unwrap_or_default();
    digits.iter().fold(0, |number, byte| number << 7 | usize::from(*byte))
}

/// Bytes of a length or a place, which no document is too long for.
const NUMBER: usize = 3;
/// Where in a note the place of the next one stands.
const NEXT: usize = 1 + NUMBER;
/// Bytes of a note, as many as of `"url":"` and of `{"loc":`; before no member that is kept stand fewer.
const LENGTH: usize = NEXT + NUMBER;
/// The bits of a tag that are not the format's. A `{` is a tag that no member has.
const TAG_BITS: u32 = 5;
const TAG: u8 = (1 << TAG_BITS) - 1;
