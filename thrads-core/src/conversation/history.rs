//! A conversation that a device keeps itself, in memory of a fixed size.
//!
//! Part of the first stage. It holds what the platform takes at every moment (section 3.3 of the wire contract, the
//! normaliser of case T17), and forgets whole exchanges, the oldest first.

use super::{Conversation, Message, Role, Source, Timestamp};
use crate::json::utf8::as_text;
use crate::time::UnixMillis;
use core::cell::Cell;
use core::fmt;

/// The latest exchanges of a conversation: at most `MESSAGES` messages with `BYTES` bytes of text in all.
///
/// Messages go in as they come: another by the same speaker joins the one before on a new line, an assistant's before
/// the person's first is left out, and the person's last waits for its answer. `MESSAGES` of 2 or more; a kiosk does well with
/// `History<20, 4096>`. It has no `Debug`, so that a person's words cannot slip into a log.
pub struct History<const MESSAGES: usize, const BYTES: usize> {
    /// UTF-8, as it came.
    text: heapless::Vec<u8, BYTES>,
    entries: heapless::Vec<Entry, MESSAGES>,
    turn: u32,
    dropped: u32,
}

/// A message: its text ends at `end` and begins where the one before it ends.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    role: Role,
    end: usize,
    at: Option<UnixMillis>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pushed {
    /// Exchanges that had to go to make room.
    pub dropped: u32,
    /// Whether the message is kept: one by the assistant before the person's first is not.
    pub kept: bool,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HistoryError {
    /// It has no text. Nothing has changed.
    Empty,
    /// It alone is longer than the history, which has `capacity` bytes. Nothing has changed, except that an answer's
    /// question has gone with it.
    TooLong {
        /// Bytes that the message has.
        needed: usize,
        /// Bytes that the history has.
        capacity: usize,
    },
    /// Question and answer do not fit together; both are dropped, and the turn is counted.
    ExchangeTooLong,
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a message must have text"),
            Self::TooLong { needed, capacity } => {
                write!(f, "a message of {needed} bytes does not fit a history of {capacity}")
            }
            Self::ExchangeTooLong => {
                f.write_str("question and answer do not fit the history together")
            }
        }
    }
}

impl core::error::Error for HistoryError {}

impl<const MESSAGES: usize, const BYTES: usize> Default for History<MESSAGES, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const MESSAGES: usize, const BYTES: usize> History<MESSAGES, BYTES> {
    /// An empty history.
    pub const fn new() -> Self {
        const { assert!(MESSAGES >= 2, "a history holds at least one exchange") }
        Self { text: heapless::Vec::new(), entries: heapless::Vec::new(), turn: 0, dropped: 0 }
    }

    /// Takes the next message; `at` is when it was said, if the device has a clock.
    ///
    /// # Errors
    ///
    /// See [`HistoryError`]; the conversation stays legal, and the next message is taken as if this one had not come.
    pub fn push(
        &mut self,
        role: Role,
        content: &str,
        at: Option<UnixMillis>,
    ) -> Result<Pushed, HistoryError> {
        if content.is_empty() {
            return Err(HistoryError::Empty);
        }
        if self.entries.is_empty() && role == Role::Assistant {
            return Ok(Pushed { dropped: 0, kept: false });
        }
        let answers = role == Role::Assistant && self.last_role() == Some(Role::User);
        let result = match self.make_room(role, content) {
            Ok(dropped) => {
                self.append(role, content, at);
                Ok(Pushed { dropped, kept: true })
            }
            Err(error) => Err(error),
        };
        if answers {
            self.turn = self.turn.saturating_add(1);
        }
        result
    }

    /// The conversation so far, without a question that waits for its answer. `None` before the first answer.
    pub fn conversation(&self) -> Option<Conversation<'_>> {
        let waiting = usize::from(self.last_role() == Some(Role::User));
        let entries = self.entries.get(..self.entries.len().checked_sub(waiting)?)?;
        if entries.is_empty() {
            return None;
        }
        let text = as_text(&self.text).unwrap_or_default();
        let source = Source::History { text, entries };
        Some(Conversation { source, turn: self.turn, truncated: self.dropped > 0 })
    }

    /// Finished exchanges, also those that were dropped.
    pub fn turn(&self) -> u32 {
        self.turn
    }

    /// Exchanges that are not held any more.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// Forgets everything, for a new chat.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    fn last_role(&self) -> Option<Role> {
        self.entries.last().map(|entry| entry.role)
    }

    /// Drops the oldest exchanges until `content` fits, or fails with the history still legal.
    fn make_room(&mut self, role: Role, content: &str) -> Result<u32, HistoryError> {
        let joins = self.last_role() == Some(role);
        let needed = content.len().saturating_add(usize::from(joins));
        let too_long = content.len() > BYTES;
        if too_long && role == Role::User {
            return Err(HistoryError::TooLong { needed: content.len(), capacity: BYTES });
        }
        let mut dropped = 0;
        while !self.fits(needed, joins) {
            if !too_long && self.drop_oldest() {
                dropped = u32::saturating_add(dropped, 1);
                continue;
            }
            if role == Role::User && joins {
                // Of two questions that do not fit together the later one counts.
                self.drop_waiting();
                return self.make_room(role, content).map(|more| more.saturating_add(dropped));
            }
            if self.last_role() == Some(Role::User) {
                self.drop_waiting();
                self.dropped = self.dropped.saturating_add(1);
            }
            return Err(if too_long {
                HistoryError::TooLong { needed: content.len(), capacity: BYTES }
            } else {
                HistoryError::ExchangeTooLong
            });
        }
        Ok(dropped)
    }

    fn fits(&self, needed: usize, joins: bool) -> bool {
        BYTES.saturating_sub(self.text.len()) >= needed && (joins || !self.entries.is_full())
    }

    /// Drops the first exchange, unless it is the one that still grows.
    fn drop_oldest(&mut self) -> bool {
        let Some(end) =
            self.entries.get(1).filter(|_| self.entries.len() > 2).map(|answer| answer.end)
        else {
            return false;
        };
        self.cut_front(end);
        shift(&mut self.entries, 2);
        self.entries.truncate(self.entries.len().saturating_sub(2));
        self.dropped = self.dropped.saturating_add(1);
        true
    }

    fn cut_front(&mut self, length: usize) {
        shift(&mut self.text, length);
        self.text.truncate(self.text.len().saturating_sub(length));
        for entry in &mut self.entries {
            entry.end = entry.end.saturating_sub(length);
        }
    }

    /// Drops the question that waits for its answer.
    fn drop_waiting(&mut self) {
        self.entries.pop();
        let end = self.entries.last().map_or(0, |entry| entry.end);
        self.text.truncate(end);
    }

    /// There is room: `make_room` said so.
    fn append(&mut self, role: Role, content: &str, at: Option<UnixMillis>) {
        let joins = self.last_role() == Some(role);
        let separator = if joins { "\n" } else { "" };
        for byte in separator.bytes().chain(content.bytes()) {
            let stored = self.text.push(byte);
            debug_assert!(stored.is_ok());
        }
        let end = self.text.len();
        match self.entries.last_mut().filter(|_| joins) {
            Some(entry) => entry.end = end,
            None => {
                let stored = self.entries.push(Entry { role, end, at });
                debug_assert!(stored.is_ok());
            }
        }
    }
}

/// Moves all items but the first `by` to the front. `copy_within` and `rotate_left` would do, but may panic for all that
/// the compiler can prove.
fn shift<T: Copy>(items: &mut [T], by: usize) {
    let items = Cell::from_mut(items).as_slice_of_cells();
    let behind = items.get(by..).unwrap_or_default();
    items.iter().zip(behind).for_each(|(to, from)| to.set(from.get()));
}

impl Entry {
    pub(super) fn message<'a>(
        entries: &[Self],
        index: usize,
        text: &'a str,
    ) -> Option<Message<'a>> {
        let entry = entries.get(index)?;
        let start = index
            .checked_sub(1)
            .and_then(|before| entries.get(before))
            .map_or(0, |before| before.end);
        let timestamp = entry.at.map(Timestamp::Utc);
        Some(Message { role: entry.role, content: text.get(start..entry.end)?, timestamp })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Assistant, User};

    fn texts<const M: usize, const B: usize>(history: &History<M, B>) -> Vec<String> {
        let Some(conversation) = history.conversation() else { return Vec::new() };
        (0..conversation.len())
            .map(|index| conversation.get(index).unwrap())
            .map(|message| format!("{}:{}", message.role.as_str(), message.content))
            .collect()
    }

    #[test]
    fn keeps_what_the_normaliser_keeps() {
        let mut history = History::<8, 64>::new();
        assert_eq!(history.push(Assistant, "hello", None), Ok(Pushed { dropped: 0, kept: false }));
        for (role, text) in [(User, "u1"), (User, "u2"), (Assistant, "a"), (User, "u3")] {
            history.push(role, text, None).unwrap();
        }
        assert_eq!(texts(&history), ["user:u1\nu2", "assistant:a"]);
        assert_eq!(history.turn(), 1);
    }

    #[test]
    fn drops_whole_exchanges_oldest_first() {
        let mut history = History::<4, 64>::new();
        for turn in 1..=5 {
            history.push(User, &format!("q{turn}"), None).unwrap();
            history.push(Assistant, &format!("a{turn}"), None).unwrap();
        }
        assert_eq!(texts(&history), ["user:q4", "assistant:a4", "user:q5", "assistant:a5"]);
        let conversation = history.conversation().unwrap();
        assert_eq!(
            (conversation.turn(), conversation.is_truncated(), history.dropped()),
            (5, true, 3)
        );
    }

    #[test]
    fn a_message_longer_than_the_history_changes_nothing() {
        let mut history = History::<4, 8>::new();
        history.push(User, "q1", None).unwrap();
        history.push(Assistant, "a1", None).unwrap();
        assert_eq!(
            history.push(User, "123456789", None),
            Err(HistoryError::TooLong { needed: 9, capacity: 8 })
        );
        assert_eq!(texts(&history), ["user:q1", "assistant:a1"]);
    }

    #[test]
    fn an_exchange_that_does_not_fit_goes_whole_and_counts() {
        let mut history = History::<4, 8>::new();
        history.push(User, "12345", None).unwrap();
        assert_eq!(history.push(Assistant, "6789", None), Err(HistoryError::ExchangeTooLong));
        assert_eq!((texts(&history).len(), history.turn(), history.dropped()), (0, 1, 1));
        history.push(User, "q", None).unwrap();
        history.push(Assistant, "a", None).unwrap();
        assert_eq!(texts(&history), ["user:q", "assistant:a"]);
        assert_eq!(history.turn(), 2);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn stays_legal_whatever_comes() {
        let mut history = History::<4, 12>::new();
        let mut seed = 7_u32;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let role = if seed >> 16 & 1 == 0 { User } else { Assistant };
            let content =
                "äbcdefghijklmno".chars().take((seed >> 20) as usize % 16).collect::<String>();
            let _refused = history.push(role, &content, None);
            if let Some(conversation) = history.conversation() {
                let messages: Vec<_> =
                    (0..conversation.len()).map(|index| conversation.get(index).unwrap()).collect();
                assert!(Conversation::new(&messages).is_ok());
            }
        }
    }
}
