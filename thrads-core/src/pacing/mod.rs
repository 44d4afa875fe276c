//! Whether to ask now, and if not, until when.
//!
//! The stage before `request`. Sections 2.10, 3.4 and 3.14 of the wire contract. Only one side may count the turns of a
//! conversation: the platform, which is then asked on every turn, or this side, which holds calls back and tells the
//! platform not to count (3.4, *Who counts*).

mod decision;
mod explain;
mod health;
mod lent;
mod policy;
mod rate;
mod turns;
mod user;

pub use decision::{Cap, Decision, Hold, Reason, Until};
pub use explain::{Counters, Explained};
pub use health::Health;
pub(crate) use health::{KeptHealth, Verdict};
pub use lent::Lent;
pub use policy::{Enforcement, OffsetMode, Policy, Shadow};
pub(crate) use rate::KeptRate;
pub use rate::{DEFAULT_LIMIT, LOW_QUOTA, Rate, RateEvent};
pub(crate) use user::KeptUser;
pub use user::{Caps, Seen, User};

use crate::config::Family;
use crate::time::{Instant, Millis};
use turns::Turns;

/// The pacing of one conversation, by turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pacing {
    family: Family,
    mode: OffsetMode,
    policy: Policy,
    turns: Turns,
    shadow: Shadow,
}

impl Pacing {
    /// A conversation before its first turn, counted as `family` counts.
    pub const fn new(family: Family, policy: Policy) -> Self {
        let mode = match family {
            Family::V1 => OffsetMode::AfterN,
            Family::Ssp => OffsetMode::AtN,
        };
        let shadow = Shadow { saved: 0, missed: 0 };
        Self { family, mode, policy, turns: Turns::new(), shadow }
    }

    /// Takes an offset in another way than the family's; the platform's documents leave it open for v1 (case U11).
    #[must_use]
    pub const fn offset_mode(self, mode: OffsetMode) -> Self {
        Self { mode, ..self }
    }

    /// The same agreement before a first turn; what was counted in the shadow stays.
    #[must_use]
    pub const fn anew(self) -> Self {
        Self { turns: Turns::new(), ..self }
    }

    /// The API whose arithmetic counts.
    pub fn family(&self) -> Family {
        self.family
    }

    /// What was agreed on.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Finished exchanges so far.
    pub fn turn(&self) -> u32 {
        self.turns.turn()
    }

    /// What [`Enforcement::Device`] would have made of it; nothing but zeros where it is not [`Enforcement::Shadow`].
    pub fn shadow(&self) -> Shadow {
        self.shadow
    }

    /// An exchange is finished: the person asked and was answered. Turns that are held count as well.
    pub fn on_turn(&mut self) {
        self.turns.on_turn();
    }

    /// The latest turn earned an ad.
    pub fn on_served(&mut self) {
        if self.is_shadowed() {
            self.shadow.missed = self.shadow.missed.saturating_add(1);
        } else {
            self.turns.on_served();
        }
    }

    /// Decides about the latest turn and, if it is to be asked for, takes one request out of the key's budget; one that
    /// is free within `patience` is waited for. `forced` is the call's own `force`.
    pub fn decide(
        &mut self,
        now: Instant,
        rate: &mut Rate,
        patience: Millis,
        forced: Option<bool>,
    ) -> Decision {
        let decision =
            self.check(forced).map_or_else(|| rate.decide(now, patience), Decision::Hold);
        self.on_decided(decision);
        decision
    }

    /// What holds the latest turn, by turns alone; for a device that asks so seldom that it keeps no budget of the key, which
    /// [`decide`](Self::decide) asks too. `forced` is the call's own `force`.
    pub fn check(&self, forced: Option<bool>) -> Option<Hold> {
        match (self.policy.enforcement, forced) {
            (Enforcement::Server | Enforcement::Shadow, _) | (Enforcement::Device, Some(true)) => {
                None
            }
            (Enforcement::Device, Some(false)) => Some(self.opted_out()),
            (Enforcement::Device, None) => self.turns.check(self.mode, self.policy),
        }
    }

    /// No ad on this turn.
    pub(crate) fn opted_out(&self) -> Hold {
        let next = self.turn().saturating_add(1);
        Hold { reason: Reason::OptOut, until: Until::Turn(next) }
    }

    pub(crate) fn on_decided(&mut self, decision: Decision) {
        if matches!(decision, Decision::Ask(_)) && self.is_shadowed() {
            self.shadow.saved = self.shadow.saved.saturating_add(1);
        }
    }

    /// `decision`, made at `at`, with the counters behind it; those of a person and of failures are the session's.
    pub fn explain(&self, at: Instant, decision: Decision) -> Explained {
        let last_ad = match decision {
            Decision::Ask(_) => self.turns.earlier_ad(),
            Decision::Hold(_) => self.turns.last_ad(),
        };
        let counters = Counters::default();
        Explained { decision, at, turn: self.turn(), last_ad, policy: self.policy, counters }
    }

    /// The turn of the last ad, if there was one.
    pub(crate) fn last_ad(&self) -> Option<u32> {
        self.turns.last_ad()
    }

    pub(crate) fn restore(&mut self, turn: u32, last_ad: Option<u32>, shadow: Shadow) {
        (self.turns, self.shadow) = (Turns::restored(turn, last_ad), shadow);
    }

    /// Whether the latest turn is one that this side would hold, if it were to.
    fn is_shadowed(&self) -> bool {
        self.policy.enforcement == Enforcement::Shadow
            && self.turns.check(self.mode, self.policy).is_some()
    }
}
