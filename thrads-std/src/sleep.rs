//! Chats that sleep, and wake in this process or another.
//!
//! Beside `chat`. A chat's own turns and ads are in its snapshot; key, budget and people belong to the process it wakes in.

use crate::chat::Chat;
use crate::thrads::Thrads;
use thrads_core::{Clock, Family, Lent, Policy, Rate, Snapshot, SnapshotError};

impl Chat {
    /// The chat's turns and ads, to be kept while nobody talks: at most 256 bytes of JSON, without the key, an id or a word.
    /// What an ask under way would bring is not in it.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Environment, Family, Policy, Publisher, Snapshot}};
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// # let thrads = Thrads::new(publisher, Options::default())?;
    /// let policy = Policy::device(3, 5);
    /// let mut chat = thrads.chat(Family::Ssp, policy);
    /// chat.skip_turn();
    /// let mut text = [0; 256];
    /// let length = chat.sleep("chat_77aa").to_json(&mut text).unwrap();
    ///
    /// // Later, perhaps elsewhere:
    /// let snapshot = Snapshot::from_json(&text[..length])?;
    /// let chat = thrads.wake(Family::Ssp, policy, "chat_77aa", &snapshot)?;
    /// assert_eq!(chat.turn(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sleep(&self, chat_id: &str) -> Snapshot {
        let clock = self.thrads().account().clock;
        let lent = Lent { rate: &mut Rate::default(), health: None, user: None };
        Snapshot::take(clock.now(), clock.wall(), chat_id, self.session(), &lent)
    }
}

impl Thrads {
    /// The chat of a snapshot, with family and policy as they were. Give it its person again with [`Chat::of`].
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] if the snapshot is damaged, of another chat or more than a day old: begin a new
    /// [`chat`](Self::chat) then.
    pub fn wake(
        &self,
        family: Family,
        policy: Policy,
        chat_id: &str,
        snapshot: &Snapshot,
    ) -> Result<Chat, SnapshotError> {
        let mut chat = self.chat(family, policy);
        let clock = self.account().clock;
        let (now, wall) = (clock.now(), clock.wall());
        let mut lent = Lent { rate: &mut Rate::default(), health: None, user: None };
        snapshot.restore(now, wall, chat_id, chat.session_mut(), &mut lent)?;
        Ok(chat)
    }
}
