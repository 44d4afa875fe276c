//! The chats of everybody: one a visitor, the least recently used forgotten when there are too many.

use crate::seal::Visitor;
use crate::transcript::Transcript;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use thrads_std::Chat;
use tokio::sync::{Mutex as Turnstile, watch};

pub(crate) struct Chats(Mutex<LruCache<Visitor, Arc<Conversation>>>);

/// One person's chat, in however many tabs.
pub(crate) struct Conversation {
    /// Asks for its ads, one call at a time.
    pub(crate) chat: Turnstile<Chat>,
    transcript: Mutex<Transcript>,
    turns: watch::Sender<u64>,
}

impl Chats {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }

    /// The visitor's chat; `begin` makes one where there is none.
    pub(crate) fn of(&self, visitor: Visitor, begin: impl FnOnce() -> Chat) -> Arc<Conversation> {
        let mut chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(chats.get_or_insert(visitor, || Arc::new(Conversation::new(begin()))))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Conversation {
    fn new(chat: Chat) -> Self {
        let transcript = Mutex::new(Transcript::new());
        Self { chat: Turnstile::new(chat), transcript, turns: watch::Sender::new(0) }
    }

    /// Held for no longer than a look takes.
    pub(crate) fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.transcript.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The person goes on: an ask that is under way for what was before ends. What comes back changes when they go on
    /// again.
    pub(crate) fn go_on(&self) -> watch::Receiver<u64> {
        self.turns.send_modify(|turn| *turn += 1);
        self.turns.subscribe()
    }

    /// Changes when the person goes on.
    pub(crate) fn later(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }
}

/// Chats remembered, of a few KB each.
const MOST: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();
