//! One conversation's asking for ads, without I/O: what to send, and what the answer means.
//!
//! Ties `pacing`, `request` and `response` together; `client` drives it over a transport. Sections 3.13 and 5 of the wire
//! contract.

mod answering;
mod asking;
mod decided;
#[cfg(test)]
mod fixture;
mod kept;
mod outcome;
mod shows;
mod verdict;

pub use answering::Next;
pub use asking::Step;
pub(crate) use kept::KeptSession;
pub use outcome::{Failure, Offer, Offers, Outcome};

use crate::config::Family;
use crate::consent::Permission;
use crate::pacing::{Counters, Explained, OffsetMode, Pacing, Policy, Shadow, Verdict};
use crate::response::Endpoint;
use crate::time::Instant;
use decided::Decided;
use shows::Shows;

/// The ads of one conversation.
///
/// Tell it of each finished exchange with [`on_turn`](Self::on_turn), then ask. A request that is never answered, because its
/// future was dropped, is settled by the next ask as one that may have been sent.
///
/// What conversations share is lent to it as [`Lent`](crate::Lent); a [`Rate`](crate::Rate) alone will do. Where a
/// [`Health`](crate::Health) or a [`User`](crate::User) is lent, [`tell`](Self::tell) it what came of each ask, and
/// [`on_seen`](Self::on_seen) or [`on_unseen`](Self::on_unseen) of each ad.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    pacing: Pacing,
    state: State,
    decided_at: Instant,
    decided: Decided,
    counters: Counters,
    shows: Shows,
    is_sensitive: bool,
    permission: Permission,
    unsettled: u16,
    late: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Idle,
    Asked(Asked),
    /// What is lent has not been told yet.
    Answered {
        verdict: Verdict,
        is_trial: bool,
        has_ad: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    endpoint: Endpoint,
    is_opener: bool,
    is_trial: bool,
    is_late: bool,
}

impl Session {
    /// A conversation before its first word.
    pub const fn new(family: Family, policy: Policy) -> Self {
        Self {
            pacing: Pacing::new(family, policy),
            state: State::Idle,
            decided_at: Instant::from_millis(0),
            decided: Decided::Nothing,
            counters: Counters { conversation: 0, hour: 0, day: 0, failures: 0 },
            shows: Shows::NONE,
            is_sensitive: false,
            permission: Permission::Everything,
            unsettled: 0,
            late: 0,
        }
    }

    /// Takes an offset in another way than the family's, before the first turn.
    #[must_use]
    pub const fn offset_mode(self, mode: OffsetMode) -> Self {
        Self { pacing: self.pacing.offset_mode(mode), ..self }
    }

    /// An exchange is finished: the person asked and was answered. Makes the answer to an earlier ask a late one.
    pub fn on_turn(&mut self) {
        self.pacing.on_turn();
        self.is_sensitive = false;
        self.abandon();
    }

    /// The same, of an exchange beside which no ad may stand, such as one about health: it counts, and no call goes out
    /// until the next.
    pub fn on_sensitive_turn(&mut self) {
        self.on_turn();
        self.is_sensitive = true;
    }

    /// What may leave for the person in front, from now on and through all chats, until it is said again. Where it is less than
    /// before, the answer to an ask under way becomes a late one; drop its future, and nothing more of it is sent either.
    ///
    /// It stops asks and the counting of what was seen, and is not part of a snapshot. Who reports through a
    /// [`Client`](crate::Client) gives it the same permission.
    pub fn permit(&mut self, permission: Permission) {
        if permission > self.permission {
            self.abandon();
        }
        self.permission = permission;
    }

    /// What may leave for the person.
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// A new chat begins: turns count anew, and an answer to an earlier ask is a late one. Ads of the old chat that are on
    /// screen keep their places with the person until those lapse.
    pub fn reset(&mut self) {
        self.settle();
        self.pacing = self.pacing.anew();
        self.decided = Decided::Nothing;
        self.is_sensitive = false;
        self.shows = Shows { asked: self.shows.asked, ..Shows::NONE };
    }

    /// Makes the answer to an ask that is under way a late one, which is dropped.
    pub fn abandon(&mut self) {
        if let State::Asked(asked) = &mut self.state {
            asked.is_late = true;
        }
    }

    /// Finished exchanges so far.
    pub fn turn(&self) -> u32 {
        self.pacing.turn()
    }

    /// The last decision with the counters behind it; `None` before the first.
    pub fn explained(&self) -> Option<Explained> {
        let decision = self.decided.at(self.decided_at)?;
        let explained = self.pacing.explain(self.decided_at, decision);
        Some(Explained { counters: self.counters, ..explained })
    }

    /// Requests that were handed out and never answered: they may have been sent. The count stops at 65,535.
    pub fn unsettled(&self) -> u32 {
        self.unsettled.into()
    }

    /// Answers that came after the person had moved on, and were dropped. The count stops at 65,535.
    pub fn late(&self) -> u32 {
        self.late.into()
    }

    /// What [`Enforcement::Device`](crate::Enforcement::Device) would have saved and missed, where
    /// [`Enforcement::Shadow`](crate::Enforcement::Shadow) was agreed on.
    pub fn shadow(&self) -> Shadow {
        self.pacing.shadow()
    }

    fn settle(&mut self) {
        if let State::Asked(_) = self.state {
            self.unsettled = self.unsettled.saturating_add(1);
            self.conclude(Verdict::Unknown, false);
        }
    }

    fn conclude(&mut self, verdict: Verdict, has_ad: bool) {
        if let State::Asked(Asked { is_trial, .. }) = self.state {
            self.state = State::Answered { verdict, is_trial, has_ad };
        }
    }
}

const _: () = assert!(size_of::<Session>() <= 64, "a conversation takes 64 bytes at most");

#[cfg(test)]
mod tests {
    use super::fixture::{BID, poll, session};
    use super::*;
    use crate::head::Head;
    use crate::pacing::Rate;

    #[test]
    fn a_request_that_is_never_answered_is_settled_by_the_next() {
        let (mut session, mut rate) = (session(), Rate::default());
        assert_eq!(poll(&mut session, &mut rate, 0), None);
        assert_eq!(session.unsettled(), 0);
        assert_eq!(poll(&mut session, &mut rate, 1000), None);
        assert_eq!(session.unsettled(), 1);
        let mut body = BID.to_vec();
        assert!(matches!(session.handle_response(&Head::new(200), &mut body), Outcome::Ad(_)));
    }
}
