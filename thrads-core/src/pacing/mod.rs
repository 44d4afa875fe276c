//! Whether to ask now, and if not, until when.
//!
//! The stage before `request`. Sections 2.10, 3.4 and 3.14 of the wire contract. Only one side may count the turns of a
//! conversation: the platform, which is then asked on every turn, or this side, which holds calls back and tells the
//! platform not to count (3.4, *Who counts*).

mod rate;
mod turns;

pub use rate::{DEFAULT_LIMIT, LOW_QUOTA, Rate, RateEvent};

use crate::config::Family;
use crate::time::{Instant, Millis};
use core::fmt;
use turns::Turns;

/// How the ads of a conversation are spaced, and who sees to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Who counts.
    pub enforcement: Enforcement,
    /// Turns before the first ad, in the family's arithmetic: v1 waits for so many, the SSP serves from this turn on.
    /// 0 is none. `None` leaves it to the platform, or is 0 where this side counts. The v1 API knows 0 to 20 and is
    /// told 20 for more.
    pub offset: Option<u8>,
    /// Turns from one ad to the next; otherwise as `offset`.
    pub frequency: Option<u8>,
}

impl Policy {
    /// Ask on every turn and leave the spacing to the platform's own settings: the platform's advice, and the default.
    pub const SERVER: Self =
        Self { enforcement: Enforcement::Server, offset: None, frequency: None };

    /// Hold calls back here, which saves the radio, and switch the platform's own spacing off.
    pub const fn device(offset: u8, frequency: u8) -> Self {
        Self { enforcement: Enforcement::Device, offset: Some(offset), frequency: Some(frequency) }
    }
}

/// Who spaces the ads of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// The platform: every turn is asked for.
    #[default]
    Server,
    /// This side: calls that could earn no ad are not made.
    Device,
}

/// Whether to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Decision {
    /// Ask, and send nothing before this moment.
    Ask(Instant),
    /// Do not ask.
    Hold(Hold),
}

/// Why not, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hold {
    /// What holds the call.
    pub reason: Reason,
    /// When it may be asked again, as far as this reason goes.
    pub until: Until,
}

/// What holds a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// The conversation is too young for its first ad.
    Offset,
    /// The last ad was too few turns ago.
    Frequency,
    /// The key's requests for this second are used up.
    Rate,
    /// The platform asked to be left alone for a while.
    Backoff,
    /// The caller wants no ad on this turn.
    OptOut,
}

impl Reason {
    /// A short name for logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offset => "offset",
            Self::Frequency => "frequency",
            Self::Rate => "rate",
            Self::Backoff => "backoff",
            Self::OptOut => "opt_out",
        }
    }
}

/// The end of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Until {
    /// From this turn on, counted from 1.
    Turn(u32),
    /// From this moment on.
    At(Instant),
}

/// The pacing of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pacing {
    family: Family,
    policy: Policy,
    turns: Turns,
}

impl Pacing {
    /// A conversation before its first turn.
    pub const fn new(family: Family, policy: Policy) -> Self {
        Self { family, policy, turns: Turns::new() }
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

    /// An exchange is finished: the person asked and was answered. Turns that are held count as well.
    pub fn on_turn(&mut self) {
        self.turns.on_turn();
    }

    /// The latest turn earned an ad.
    pub fn on_served(&mut self) {
        self.turns.on_served();
    }

    /// Decides about the latest turn and, if it is to be asked for, takes one request out of the key's budget; one that
    /// is free within `patience` is waited for. `forced` is the call's own `force`.
    pub fn decide(
        &self,
        now: Instant,
        rate: &mut Rate,
        patience: Millis,
        forced: Option<bool>,
    ) -> Decision {
        let held = match (self.policy.enforcement, forced) {
            (Enforcement::Server, _) | (Enforcement::Device, Some(true)) => None,
            (Enforcement::Device, Some(false)) => Some(Hold {
                reason: Reason::OptOut,
                until: Until::Turn(self.turn().saturating_add(1)),
            }),
            (Enforcement::Device, None) => self.turns.check(self.family, self.policy),
        };
        held.map_or_else(|| rate.decide(now, patience), Decision::Hold)
    }

    /// `decision` with the counters behind it.
    pub fn explain(&self, decision: Decision) -> Explained {
        Explained {
            decision,
            turn: self.turn(),
            last_ad: self.turns.last_ad(),
            policy: self.policy,
        }
    }
}

/// A decision and what it was made from; its `Display` is one line for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Explained {
    /// What was decided.
    pub decision: Decision,
    /// The turn it was about.
    pub turn: u32,
    /// The turn of the last ad, if there was one.
    pub last_ad: Option<u32>,
    /// What was agreed on.
    pub policy: Policy,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision {
            Decision::Ask(_) if self.turn == 0 => f.write_str("asked before the first turn")?,
            Decision::Ask(_) => write!(f, "asked on turn {}", self.turn)?,
            Decision::Hold(Hold { reason, until }) => {
                write!(f, "held on turn {} by {}", self.turn, reason.code())?;
                match until {
                    Until::Turn(turn) => write!(f, " until turn {turn}")?,
                    Until::At(_) => f.write_str(" for a moment")?,
                }
            }
        }
        match self.last_ad {
            Some(turn) => write!(f, " (last ad on turn {turn}")?,
            None => f.write_str(" (no ad yet")?,
        }
        let counts =
            |limit: Option<u8>| limit.map_or_else(|| ("the platform's", 0), |turns| ("", turns));
        for (name, limit) in [("offset", self.policy.offset), ("frequency", self.policy.frequency)]
        {
            match counts(limit) {
                ("", turns) => write!(f, ", {name} {turns}")?,
                (whose, _) => write!(f, ", {name} {whose}")?,
            }
        }
        f.write_str(match self.policy.enforcement {
            Enforcement::Server => ", the platform counts)",
            Enforcement::Device => ", this side counts)",
        })
    }
}
