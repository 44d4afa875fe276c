//! Conversations, borrowed and kept.

use super::config::wall;
use crate::opaque::{keep, number, of, show, text};
use thrads_core::{Conversation, History, HistoryError, Message, Role, Timestamp};

pub(super) fn all() {
    roles();
    show(of(HistoryError::TooLong { needed: 0, capacity: 0 }));
    show(of(HistoryError::Empty));
    let history = history();
    history.conversation().as_ref().map(read);
    Conversation::new(of(messages().as_slice())).as_ref().map(read).ok();
}

pub(super) fn messages() -> [Message<'static>; 2] {
    let message = || Message {
        role: of(Role::User),
        content: text(),
        timestamp: of(Some(Timestamp::Text(text()))),
    };
    of([message(), message()])
}

/// A history in any state.
pub(super) fn history() -> History<20, 4096> {
    let mut history = History::default();
    for _ in 0..number() {
        keep(history.push(of(Role::User), text(), wall()));
        keep((history.turn(), history.dropped()));
        if number() == 7 {
            history.clear();
        }
    }
    of(history)
}

fn roles() {
    keep(Role::from_name(text()));
    keep(of(Role::User).as_str());
}

fn read(conversation: &Conversation<'_>) {
    keep(conversation.get(of(0_usize)));
    keep((conversation.len(), conversation.turn(), conversation.is_truncated()));
    keep(conversation.latest_exchange());
}
