//! What of a conversation is kept over a restart.
//!
//! Part of `session`, for `snapshot`. What was under way is in doubt, and counts.

use super::{Session, Shows, State};
use crate::pacing::Shadow;

/// A conversation without what it was lent and what was under way.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(from = "Stored", into = "Stored")]
pub(crate) struct KeptSession {
    pub(crate) turn: u32,
    pub(crate) last_ad: Option<u32>,
    /// Ads that were seen or may have been.
    pub(crate) seen: u8,
    pub(crate) is_sensitive: bool,
    pub(crate) saved: u16,
    pub(crate) missed: u16,
}

impl KeptSession {
    /// What version 1 kept.
    pub(crate) fn of_turns(turn: u32, last_ad: Option<u32>) -> Self {
        Self { turn, last_ad, ..Self::default() }
    }
}

impl Session {
    /// An answer that has not come yet may bring an ad.
    pub(crate) fn keep(&self) -> KeptSession {
        let may_be_served = matches!(self.state, State::Asked(asked) if !asked.is_opener);
        let turn = self.pacing.turn();
        let last_ad = if may_be_served { Some(turn) } else { self.pacing.last_ad() };
        let Shadow { saved, missed } = self.pacing.shadow();
        let (seen, is_sensitive) = (self.shows.count(), self.is_sensitive);
        KeptSession { turn, last_ad, seen, is_sensitive, saved, missed }
    }

    pub(crate) fn restore(&mut self, kept: KeptSession) {
        let KeptSession { turn, last_ad, seen, is_sensitive, saved, missed } = kept;
        self.reset();
        self.pacing.restore(turn, last_ad, Shadow { saved, missed });
        self.shows = Shows { seen, ..Shows::NONE };
        self.is_sensitive = is_sensitive;
    }
}

impl From<KeptSession> for Stored {
    fn from(kept: KeptSession) -> Self {
        let KeptSession { turn, last_ad, seen, is_sensitive, saved, missed } = kept;
        (turn, last_ad, seen, is_sensitive.into(), saved, missed)
    }
}

impl From<Stored> for KeptSession {
    fn from((turn, last_ad, seen, sensitive, saved, missed): Stored) -> Self {
        Self { turn, last_ad, seen, is_sensitive: sensitive != 0, saved, missed }
    }
}

/// As it is stored.
type Stored = (u32, Option<u32>, u8, u8, u16, u16);
