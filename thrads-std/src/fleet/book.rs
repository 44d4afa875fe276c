//! What a replica has to tell Redis of ads and people, and what it told it lately: decided without I/O, with the time given.
//!
//! Part of `fleet`. Everything in it may be told twice, so whatever may have been lost is told again.

use super::names::PersonId;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What became of an ad that had its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) person: PersonId,
    /// Its number in this replica.
    pub(super) ad: u64,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It was seen then, and counts.
    Seen(Instant),
    /// It gives its place back.
    Dropped,
}

/// The notes of a replica.
#[derive(Debug, Default)]
pub(super) struct Book {
    untold: VecDeque<Note>,
    /// Ads seen that Redis took in the last minute, with when it did.
    told: VecDeque<(Instant, Note)>,
    /// How many Redis should know of.
    count: u64,
}

impl Book {
    /// To be told with the next trip. Beyond [`MOST`] the oldest is forgotten.
    pub(super) fn add(&mut self, note: Note) {
        if self.untold.len() >= MOST {
            self.untold.pop_front();
        }
        self.untold.push_back(note);
    }

    /// What goes with a trip, and how many ads Redis must know of when it has it.
    pub(super) fn take(&mut self) -> (Vec<Note>, u64) {
        let notes: Vec<_> = self.untold.drain(..self.untold.len().min(A_TRIP)).collect();
        let count = self.count + seen(&notes);
        (notes, count)
    }

    /// A trip did not come back.
    pub(super) fn put_back(&mut self, notes: Vec<Note>) {
        notes.into_iter().rev().for_each(|note| self.untold.push_front(note));
    }

    /// Redis took the notes of a trip and knows of `count` ads now. Where it should know of `expected` it has lost some, and
    /// all of the last minute is told again: so many.
    pub(super) fn on_told(
        &mut self,
        now: Instant,
        notes: Vec<Note>,
        expected: u64,
        count: u64,
    ) -> usize {
        self.told.retain(|(at, _)| now.duration_since(*at) < AGAIN);
        let is_whole = count >= expected;
        let lost = if is_whole { VecDeque::new() } else { std::mem::take(&mut self.told) };
        let again = lost.len();
        lost.into_iter().for_each(|(_, note)| self.add(note));
        let seen = notes.into_iter().filter(|note| matches!(note.what, What::Seen(_)));
        self.told.extend(seen.map(|note| (now, note)));
        self.count = if is_whole { self.count.max(count) } else { count };
        again
    }

    pub(super) fn has_untold(&self) -> bool {
        !self.untold.is_empty()
    }

    /// Whether a trip would be full.
    pub(super) fn is_full(&self) -> bool {
        self.untold.len() >= A_TRIP
    }

    /// Whether nothing is to be told, and nothing would be told again.
    pub(super) fn is_settled(&self, now: Instant) -> bool {
        let is_old = |(at, _): &(Instant, Note)| now.duration_since(*at) >= AGAIN;
        self.untold.is_empty() && self.told.iter().all(is_old)
    }
}

/// Ads that count among `notes`.
pub(super) fn seen(notes: &[Note]) -> u64 {
    notes.iter().map(|note| u64::from(matches!(note.what, What::Seen(_)))).sum()
}

/// For how long Redis may lose what it took without an ad being forgotten.
const AGAIN: Duration = Duration::from_secs(60);
/// Notes kept while Redis is gone, of 40 bytes each.
const MOST: usize = 10_000;
/// Notes that go with one trip.
const A_TRIP: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn note(ad: u64, what: What) -> Note {
        Note { person: PersonId::of("ann"), ad, what }
    }

    #[test]
    fn what_a_trip_did_not_bring_is_told_by_the_next_in_order() {
        let mut book = Book::default();
        (1..=300).for_each(|ad| book.add(note(ad, What::Dropped)));
        assert!(book.is_full());
        let (notes, expected) = book.take();
        assert_eq!((notes.len(), expected), (A_TRIP, 0));
        assert!(!book.is_full());
        book.put_back(notes);
        let (notes, _) = book.take();
        assert_eq!((notes[0].ad, notes[199].ad), (1, 200));
        assert!(book.has_untold());
    }

    #[test]
    fn a_redis_that_lost_its_memory_is_told_the_last_minute_again() {
        let (mut book, start) = (Book::default(), Instant::now());
        let tell = |book: &mut Book, seconds, knows| {
            let (notes, expected) = book.take();
            book.on_told(start + Duration::from_secs(seconds), notes, expected, knows)
        };
        book.add(note(1, What::Seen(start)));
        assert_eq!(tell(&mut book, 0, 1), 0);
        book.add(note(2, What::Seen(start)));
        book.add(note(3, What::Dropped));
        assert_eq!(tell(&mut book, 30, 2), 0);
        assert!(!book.has_untold());
        // It was emptied; the first is too old by now.
        assert_eq!(tell(&mut book, 61, 0), 1);
        let (notes, expected) = book.take();
        assert_eq!((notes.len(), notes[0].ad, expected), (1, 2, 1));
        assert_eq!(book.on_told(start + Duration::from_secs(62), notes, expected, 1), 0);
        assert!(!book.is_settled(start + Duration::from_secs(121)));
        assert!(book.is_settled(start + Duration::from_secs(122)));
    }

    #[test]
    fn trips_that_overtake_each_other_are_no_loss() {
        let (mut book, now) = (Book::default(), Instant::now());
        book.add(note(1, What::Seen(now)));
        let (first, one) = book.take();
        book.add(note(2, What::Seen(now)));
        let (second, other) = book.take();
        assert_eq!(book.on_told(now, second, other, 2), 0);
        assert_eq!(book.on_told(now, first, one, 1), 0);
        assert_eq!(book.take(), (Vec::new(), 2));
    }

    #[test]
    fn while_redis_is_gone_the_oldest_notes_are_forgotten() {
        let mut book = Book::default();
        (0..=MOST as u64).for_each(|ad| book.add(note(ad, What::Dropped)));
        assert_eq!(book.take().0[0].ad, 1);
    }
}
