//! The last decision of a session in the least room: a session is kept for every chat of a server.
//!
//! Part of `session`.

use crate::pacing::{Decision, Hold, Reason, Until};
use crate::time::{Instant, Millis};

/// A decision without the moment it was made at. Waits are in milliseconds; none is longer than a few days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Decided {
    Nothing,
    Ask { wait: u32 },
    Turn { reason: Reason, turn: u32 },
    Wait { reason: Reason, wait: u32 },
    Lifted { reason: Reason },
}

impl Decided {
    pub(super) fn new(now: Instant, decision: Decision) -> Self {
        let wait = |at: Instant| u32::try_from(at.since(now).0).unwrap_or(u32::MAX);
        match decision {
            Decision::Ask(at) => Self::Ask { wait: wait(at) },
            Decision::Hold(Hold { reason, until }) => match until {
                Until::Turn(turn) => Self::Turn { reason, turn },
                Until::At(at) => Self::Wait { reason, wait: wait(at) },
                Until::Lifted => Self::Lifted { reason },
            },
        }
    }

    /// The decision, made at `now`; `None` before the first.
    pub(super) fn at(self, now: Instant) -> Option<Decision> {
        let after = |wait: u32| now.after(Millis(wait.into()));
        let hold = |reason, until| Some(Decision::Hold(Hold { reason, until }));
        match self {
            Self::Nothing => None,
            Self::Ask { wait } => Some(Decision::Ask(after(wait))),
            Self::Turn { reason, turn } => hold(reason, Until::Turn(turn)),
            Self::Wait { reason, wait } => hold(reason, Until::At(after(wait))),
            Self::Lifted { reason } => hold(reason, Until::Lifted),
        }
    }
}
