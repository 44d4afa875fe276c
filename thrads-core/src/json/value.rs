//! Where a value stands in a document, in four or eight bytes.
//!
//! A helper of `json/read`, which finds them, and of `response`, which keeps them.

use core::ops::Range;

/// Where a value stands in its document, a string with its quotes. The first byte tells what it is.
///
/// The start is in the lower half, the end in the upper, and the topmost bit says that it is a string with an escape: one
/// register holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value(Packed);

/// On a microcontroller the places of an answer's members are kept on the stack in half the room.
#[cfg(not(target_os = "none"))]
type Packed = u64;
#[cfg(target_os = "none")]
type Packed = u32;

/// A place in a document.
#[cfg(not(target_os = "none"))]
pub(crate) type Offset = u32;
#[cfg(target_os = "none")]
pub(crate) type Offset = u16;

/// Bytes that a document may have: what three times seven bits can count, 2 MiB, or 32 KiB where there is no operating
/// system.
pub(crate) const MAX_BYTES: usize =
    if cfg!(target_os = "none") { (1 << 15) - 1 } else { (1 << 21) - 1 };

const ESCAPED: Packed = 1 << (Packed::BITS - 1);

impl Value {
    /// What is not there.
    pub(crate) const ABSENT: Self = Self(0);

    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self(Packed::from(offset(end)) << Offset::BITS | Packed::from(offset(start)))
    }

    pub(crate) fn at(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }

    /// A string with an escape.
    pub(crate) fn escaped(start: usize, end: usize) -> Self {
        Self(Self::new(start, end).0 | ESCAPED)
    }

    pub(crate) fn is_there(self) -> bool {
        self.0 != 0
    }

    pub(crate) fn start(self) -> usize {
        index(half(self.0))
    }

    pub(crate) fn end(self) -> usize {
        index(half((self.0 & !ESCAPED) >> Offset::BITS))
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Without the quotes or brackets.
    pub(crate) fn inside(self) -> Range<usize> {
        self.start().wrapping_add(1)..self.end().wrapping_sub(1)
    }

    /// The bytes without the quotes or brackets.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn inside_of(self, document: &[u8]) -> &[u8] {
        document.get(self.inside()).unwrap_or_default()
    }

    /// The first byte: a quote of a string, a bracket of a container, and so on; `None` of what is not there.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn kind(self, document: &[u8]) -> Option<u8> {
        if self.is_there() { document.get(self.start()).copied() } else { None }
    }

    pub(crate) fn is_text(self, document: &[u8]) -> bool {
        self.kind(document) == Some(b'"')
    }

    pub(crate) fn is_escaped(self) -> bool {
        self.0 >= ESCAPED
    }
}

#[expect(clippy::cast_possible_truncation, reason = "no longer document than MAX_BYTES is read")]
pub(crate) fn offset(at: usize) -> Offset {
    at as Offset
}

#[expect(clippy::cast_possible_truncation, reason = "the other half is shifted away or not wanted")]
fn half(packed: Packed) -> Offset {
    packed as Offset
}

pub(crate) fn index(offset: Offset) -> usize {
    offset as usize
}
