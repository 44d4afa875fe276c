//! Chats that sleep in Redis, and wake in whichever replica the person comes back to.
//!
//! Part of `fleet`, around `sleep`. One replica has a chat at a time: waking takes it away. Whose answer was lost can ask
//! again, so that a slow Redis loses no chat.

use super::link::Link;
use super::names::Names;
use super::store_error::StoreError;
use crate::chat::Chat;
use crate::thrads::Thrads;
use lru::LruCache;
use redis::{Script, cmd};
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use thrads_core::{Family, MAX_SNAPSHOT_BYTES, Policy, Snapshot, SnapshotError};

/// Why a chat does not wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WakeError {
    /// Redis did not say. Ask again: for a minute the chat is this replica's alone, should it have been taken.
    Store(StoreError),
    /// What sleeps there is not this chat as it was put there; it is not offered again.
    Snapshot(SnapshotError),
}

impl Chat {
    /// Puts the chat to sleep in the fleet's Redis, for a day: its turns and ads in at most 256 bytes, under a keyed hash of
    /// `chat_id`. Drop this one if that went well; in another process [`Thrads::wake_in_fleet`] wakes it. Tell it first of
    /// ads on screen ([`seen`](Self::seen), [`unseen`](Self::unseen)): what is not told of counts as seen in this chat.
    ///
    /// ```no_run
    /// # use thrads_std::{Fleet, Options, Thrads, core::{ApiKey, Environment, Family, Policy, Publisher}};
    /// # async fn run(thrads: Thrads) -> Result<(), Box<dyn std::error::Error>> {
    /// let chat = thrads.chat(Family::Ssp, Policy::SERVER);
    /// chat.sleep_in_fleet("chat_77aa").await?;
    ///
    /// // Later, elsewhere:
    /// let woken = thrads.wake_in_fleet(Family::Ssp, Policy::SERVER, "chat_77aa").await?;
    /// let chat = woken.unwrap_or_else(|| thrads.chat(Family::Ssp, Policy::SERVER));
    /// # drop(chat);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`], after a tenth of the timeout at the latest: the chat is as it was, and can go on or be put to sleep
    /// again.
    pub async fn sleep_in_fleet(&self, chat_id: &str) -> Result<(), StoreError> {
        let account = self.thrads().account();
        let turns = account.turns().ok_or(StoreError::NoFleet)?;
        let put = turns.sleepers.put(chat_id, &self.sleep(chat_id)).await;
        account.meters(None).slept(if put.is_ok() { "asleep" } else { "failed" });
        put
    }
}

impl Thrads {
    /// The chat that a replica put to sleep with [`Chat::sleep_in_fleet`], with family and policy as they were; it sleeps no
    /// more. `None` if none does: it never slept, or longer than a day, or is awake elsewhere, or slept under another key.
    /// Give it its person again with [`Chat::of`].
    ///
    /// # Errors
    ///
    /// [`WakeError`]; [`StoreError`] in it comes after a tenth of the timeout at the latest.
    pub async fn wake_in_fleet(
        &self,
        family: Family,
        policy: Policy,
        chat_id: &str,
    ) -> Result<Option<Chat>, WakeError> {
        let turns = self.account().turns().ok_or(StoreError::NoFleet)?;
        let woken = match turns.sleepers.take(chat_id).await {
            Ok(text) => self.woken(family, policy, chat_id, text.as_deref()),
            Err(error) => Err(error.into()),
        };
        self.account().meters(None).slept(match &woken {
            Ok(Some(_)) => "woken",
            Ok(None) => "absent",
            Err(_) => "failed",
        });
        woken
    }

    fn woken(
        &self,
        family: Family,
        policy: Policy,
        chat_id: &str,
        text: Option<&[u8]>,
    ) -> Result<Option<Chat>, WakeError> {
        let Some(text) = text else { return Ok(None) };
        let snapshot = Snapshot::from_json(text)?;
        Ok(Some(self.wake(family, policy, chat_id, &snapshot)?))
    }
}

impl From<StoreError> for WakeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SnapshotError> for WakeError {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot(error)
    }
}

impl fmt::Display for WakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Snapshot(error) => write!(f, "{error}: begin a new chat"),
        }
    }
}

impl std::error::Error for WakeError {}

/// The sleeping chats of one key, as one replica asks for them.
pub(super) struct Sleepers {
    link: Arc<Link>,
    names: Arc<Names>,
    /// Chats that may have been taken without an answer, and as whom.
    unanswered: Mutex<LruCache<String, Taker>>,
}

/// One who wakes a chat, drawn at random.
#[derive(Clone, Copy)]
struct Taker(u64);

impl Sleepers {
    pub(super) fn new(link: Arc<Link>, names: Arc<Names>) -> Self {
        Self { link, names, unanswered: Mutex::new(LruCache::new(MOST_UNANSWERED)) }
    }

    async fn put(&self, chat_id: &str, snapshot: &Snapshot) -> Result<(), StoreError> {
        let mut text = [0; MAX_SNAPSHOT_BYTES];
        let length = snapshot.to_json(&mut text).unwrap_or(0);
        let value = [b":", &text[..length]].concat();
        let mut call = cmd("SET");
        call.arg(self.names.chat(chat_id)).arg(value).arg("PX").arg(ASLEEP_FOR_MS);
        self.link.trip(|mut wire| async move { call.exec_async(&mut wire).await }).await
    }

    async fn take(&self, chat_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut taking = Taking::begin(self, self.names.chat(chat_id));
        let mut call = WAKE.key(&taking.name);
        call.arg(format!("{:016x}", taking.taker.0)).arg(TAKEN_FOR_MS);
        let work = |mut wire| async move { call.invoke_async(&mut wire).await };
        let answer = self.link.trip(work).await?;
        taking.is_answered = true;
        Ok(answer)
    }

    fn unanswered(&self) -> MutexGuard<'_, LruCache<String, Taker>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question after a chat. If no answer comes, or nobody waits for it, the next is asked by the same taker.
struct Taking<'s> {
    sleepers: &'s Sleepers,
    name: String,
    taker: Taker,
    is_answered: bool,
}

impl<'s> Taking<'s> {
    fn begin(sleepers: &'s Sleepers, name: String) -> Self {
        let taker = sleepers.unanswered().pop(&name);
        let taker = taker.unwrap_or_else(|| Taker(RandomState::new().build_hasher().finish()));
        Self { sleepers, name, taker, is_answered: false }
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.sleepers.unanswered().put(std::mem::take(&mut self.name), self.taker);
        }
    }
}

static WAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("wake.lua")));
/// As long as a snapshot can be restored.
const ASLEEP_FOR_MS: u64 = 86_400_000;
/// How long one who took a chat can ask for it again.
const TAKEN_FOR_MS: u64 = 60_000;
/// Of 100 bytes each; beyond it the oldest is forgotten.
const MOST_UNANSWERED: NonZeroUsize = NonZeroUsize::new(1000).unwrap();
