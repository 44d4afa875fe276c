//! What an outbox holds: reports in the order they came, and their texts, in memory of a fixed size.
//!
//! Part of `tracking`, below `outbox`, which knows when one is due and what becomes of it.

use super::entry::Entry;
use crate::json::utf8::as_text;

/// `ENTRIES` reports at most, with `BYTES` bytes of texts.
pub(super) struct Waiting<const ENTRIES: usize, const BYTES: usize> {
    /// The texts of the entries, one behind the other.
    text: heapless::Vec<u8, BYTES>,
    entries: heapless::Vec<Entry, ENTRIES>,
}

impl<const ENTRIES: usize, const BYTES: usize> Waiting<ENTRIES, BYTES> {
    pub(super) const fn new() -> Self {
        const { assert!(ENTRIES >= 1 && BYTES <= 0xffff, "it has room, and places in 16 bits") }
        Self { text: heapless::Vec::new(), entries: heapless::Vec::new() }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Entry> {
        self.entries.get_mut(index)
    }

    /// The URL of a report, or its id, with the option of a vote behind it.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        let end = self.entries.get(index)?.end;
        as_text(self.text.get(self.start(index)..end.into())?)
    }

    /// Each with its place that is behind no other of its ad.
    pub(super) fn first_ones(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let earlier = |index| self.entries.iter().take(index);
        self.numbered()
            .filter(move |(index, entry)| earlier(*index).all(|other| !other.comes_before(entry)))
    }

    /// The report of this number, with its place.
    pub(super) fn find(&self, serial: u16) -> Option<(usize, &Entry)> {
        self.numbered().find(|(_, entry)| entry.serial == serial)
    }

    /// Whether one more report with so many bytes of texts fits.
    pub(super) fn has_room(&self, length: usize) -> bool {
        !self.entries.is_full() && BYTES.saturating_sub(self.text.len()) >= length
    }

    /// Puts a report behind the others, where there is room.
    pub(super) fn push(&mut self, entry: Entry, texts: impl Iterator<Item = u8>) {
        for byte in texts {
            let _has_room = self.text.push(byte);
        }
        let end = u16::try_from(self.text.len()).unwrap_or(u16::MAX);
        let _has_room = self.entries.push(Entry { end, ..entry });
    }

    /// Takes a report out; those behind it move up.
    pub(super) fn remove(&mut self, index: usize) {
        let start = self.start(index);
        let Some(end) = self.entries.get(index).map(|entry| usize::from(entry.end)) else { return };
        let length = end.saturating_sub(start);
        cut(&mut self.text, start, length);
        cut(&mut self.entries, index, 1);
        for entry in self.entries.iter_mut().skip(index) {
            entry.end = entry.end.saturating_sub(u16::try_from(length).unwrap_or(0));
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().scan(0_usize, |next, entry| {
            let index = *next;
            *next = index.saturating_add(1);
            Some((index, entry))
        })
    }

    fn start(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        before.map_or(0, |before| before.end.into())
    }
}

/// Takes `length` of a vector out from `start` on.
fn cut<T: Copy, const N: usize>(vector: &mut heapless::Vec<T, N>, start: usize, length: usize) {
    let left = vector.len().saturating_sub(length);
    if let Some(tail) = vector.get_mut(start..) {
        for to in 0..tail.len().saturating_sub(length) {
            let moved = tail.get(to.saturating_add(length)).copied();
            if let (Some(place), Some(moved)) = (tail.get_mut(to), moved) {
                *place = moved;
            }
        }
    }
    vector.truncate(left);
}
