//! What was said: the conversation that a request carries and an ad is chosen for.
//!
//! The first stage of the pipeline. Section 3.3 of the wire contract: user and assistant in strict alternation, at least
//! one message of each, the assistant's last.

mod history;

pub use history::{History, HistoryError, Pushed};

use crate::error::ConfigError;
use crate::time::UnixMillis;
use history::Entry;

/// Who said a message. The platform knows no other roles; leave system and tool messages out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Role {
    /// The person.
    User,
    /// The chatbot.
    Assistant,
}

impl Role {
    /// The wire's name of the role.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    /// The role of this wire name; `None` for system, tool and all others.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Assistant].into_iter().find(|role| role.as_str() == name)
    }
}

/// One message. No `Debug`, so that a person's words cannot slip into a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Who said it.
    pub role: Role,
    /// What was said; a message without text is refused.
    pub content: &'a str,
    /// When; the platform strongly advises it.
    pub timestamp: Option<Timestamp<'a>>,
}

/// When a message was said. The platform takes text and numbers; [`Utc`](Self::Utc) is written as RFC 3339 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Timestamp<'a> {
    /// ISO 8601 text, written as it stands.
    Text(&'a str),
    /// Seconds since 1970, written as a number.
    UnixSeconds(u64),
    /// Wall-clock time, written as `2026-05-04T09:00:00Z`.
    Utc(UnixMillis),
}

/// A conversation that the platform takes: borrowed, checked, and cheap to copy.
#[derive(Clone, Copy)]
pub struct Conversation<'a> {
    source: Source<'a>,
    turn: u32,
    truncated: bool,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Messages(&'a [Message<'a>]),
    History { text: &'a str, entries: &'a [Entry] },
}

impl<'a> Conversation<'a> {
    /// Takes messages as they are; each pair of them is one turn.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Messages`] if there are fewer than two, roles do not alternate, the last is not the assistant's,
    /// or one has no text. [`History`] takes anything and keeps what is legal.
    pub fn new(messages: &'a [Message<'a>]) -> Result<Self, ConfigError> {
        let alternates =
            messages.iter().zip(messages.iter().skip(1)).all(|(one, next)| one.role != next.role);
        let ends_with_answer = messages.last().is_some_and(|last| last.role == Role::Assistant);
        let all_have_text = messages.iter().all(|message| !message.content.is_empty());
        if messages.len() < 2 || !alternates || !ends_with_answer || !all_have_text {
            return Err(ConfigError::Messages);
        }
        let turn = u32::try_from(messages.len() / 2).unwrap_or(u32::MAX);
        Ok(Self { source: Source::Messages(messages), turn, truncated: false })
    }

    /// How many messages there are, two at least.
    #[expect(clippy::len_without_is_empty, reason = "a conversation is never empty")]
    pub fn len(&self) -> usize {
        match self.source {
            Source::Messages(messages) => messages.len(),
            Source::History { entries, .. } => entries.len(),
        }
    }

    /// The message at `index`, the oldest at 0.
    pub fn get(&self, index: usize) -> Option<Message<'a>> {
        match self.source {
            Source::Messages(messages) => messages.get(index).copied(),
            Source::History { text, entries } => Entry::message(entries, index, text),
        }
    }

    /// Exchanges so far, also those that a [`History`] has dropped.
    pub fn turn(&self) -> u32 {
        self.turn
    }

    /// Whether exchanges have been dropped, so that the platform cannot count them and must be told.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// What the person said last and what was answered.
    pub fn latest_exchange(&self) -> (&'a str, &'a str) {
        let at = |from_end| self.len().checked_sub(from_end).and_then(|index| self.get(index));
        (at(2).map_or("", |message| message.content), at(1).map_or("", |message| message.content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(roles: &[Role]) -> Result<u32, ConfigError> {
        let messages: Vec<_> =
            roles.iter().map(|&role| Message { role, content: "text", timestamp: None }).collect();
        Conversation::new(&messages).map(|conversation| conversation.turn())
    }

    #[test]
    fn takes_alternating_roles_that_end_with_the_assistant() {
        use Role::{Assistant, User};
        assert_eq!(check(&[User, Assistant]), Ok(1));
        assert_eq!(check(&[User, Assistant, User, Assistant]), Ok(2));
        assert_eq!(check(&[Assistant, User, Assistant]), Ok(1));
        for roles in [
            &[][..],
            &[User],
            &[User, User],
            &[Assistant, User],
            &[User, Assistant, User],
            &[Assistant, Assistant],
        ] {
            assert_eq!(check(roles), Err(ConfigError::Messages));
        }
    }

    #[test]
    fn a_message_without_text_is_refused() {
        let message = |role, content| Message { role, content, timestamp: None };
        let messages = [message(Role::User, ""), message(Role::Assistant, "b")];
        assert!(Conversation::new(&messages).is_err());
    }
}
