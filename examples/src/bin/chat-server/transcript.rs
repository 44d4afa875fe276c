//! One chat as it is remembered: what was said, and the cards between.

use crate::card::Face;
use crate::random::random;
use crate::seal::{OfferId, hex};
use serde::Serialize;
use std::time::SystemTime;
use thrads_core::{Message, PromptClick, Role, SponsoredPoll, Timestamp, UnixMillis, Vote};

/// What a person and the assistant said, in order. No `Debug`: it is people's words.
pub(crate) struct Transcript {
    /// What the platform calls this chat; a new one for each (wire contract 5, *chatId*).
    pub(crate) chat_id: String,
    pub(crate) items: Vec<Item>,
    /// Questions on offer before the first word; `None` until they were asked for.
    pub(crate) starters: Option<Vec<Starter>>,
}

pub(crate) enum Item {
    Said(Said),
    Card(Box<Card>),
}

pub(crate) struct Said {
    role: Role,
    text: String,
    at: UnixMillis,
}

/// An ad on the screen.
pub(crate) struct Card {
    pub(crate) id: OfferId,
    /// Until when its impression can be told.
    pub(crate) until: SystemTime,
    pub(crate) face: Face,
    pub(crate) poll: Option<Poll>,
}

/// A poll, whose vote is cast once.
pub(crate) enum Poll {
    Open(Box<Ballot>),
    /// The vote is under way.
    Cast,
    Counted(Results),
}

pub(crate) struct Ballot {
    pub(crate) poll: SponsoredPoll<String>,
    pub(crate) vote: Vote<String>,
}

/// The votes on a poll, as the page draws them.
#[derive(Clone, Serialize)]
pub(crate) struct Results {
    pub(crate) total: Option<u64>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) votes: Option<u64>,
    /// Of a hundred.
    pub(crate) share: u64,
}

/// A question that somebody pays to have offered.
pub(crate) struct Starter {
    pub(crate) id: OfferId,
    pub(crate) until: SystemTime,
    pub(crate) label: String,
    pub(crate) question: String,
    pub(crate) click: Option<PromptClick<String>>,
    pub(crate) appended: Option<Face>,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        let chat_id = format!("chat_{}", hex(&random::<16>()));
        Self { chat_id, items: Vec::new(), starters: None }
    }

    /// An exchange, whole, so that roles always alternate. The oldest are forgotten beyond [`EXCHANGES`].
    pub(crate) fn exchanged(&mut self, question: String, answer: String) {
        let at = now();
        for (role, text) in [(Role::User, question), (Role::Assistant, answer)] {
            self.items.push(Item::Said(Said { role, text, at }));
        }
        if self.messages().count() > 2 * EXCHANGES {
            let is_user = |item: &Item| matches!(item, Item::Said(said) if said.role == Role::User);
            let second = self.items.iter().skip(1).position(is_user).map_or(0, |at| at + 1);
            self.items.drain(..second);
        }
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &Said> {
        self.items.iter().filter_map(|item| match item {
            Item::Said(said) => Some(said),
            Item::Card(_) => None,
        })
    }

    pub(crate) fn card(&mut self, name: &str) -> Option<&mut Card> {
        self.items.iter_mut().find_map(|item| match item {
            Item::Card(card) if card.id.name() == name => Some(&mut **card),
            _ => None,
        })
    }
}

impl Said {
    pub(crate) fn role(&self) -> &'static str {
        self.role.as_str()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// As the platform takes it.
    pub(crate) fn message(&self) -> Message<'_> {
        Message { role: self.role, content: &self.text, timestamp: Some(Timestamp::Utc(self.at)) }
    }
}

impl Clone for Said {
    fn clone(&self) -> Self {
        Self { role: self.role, text: self.text.clone(), at: self.at }
    }
}

pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Exchanges of a chat that are remembered and sent.
const EXCHANGES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chat_still_begins_with_the_person() {
        let mut chat = Transcript::new();
        for turn in 0..EXCHANGES + 5 {
            chat.exchanged(format!("question {turn}"), "answer".to_owned());
        }
        assert_eq!(chat.messages().count(), 2 * EXCHANGES);
        assert_eq!(chat.messages().next().map(Said::text), Some("question 5"));
        let messages: Vec<_> = chat.messages().map(Said::message).collect();
        assert!(thrads_core::Conversation::new(&messages).is_ok());
    }
}
