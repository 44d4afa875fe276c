//! The ads of a conversation that count against the person's caps: asked for, on screen, seen.
//!
//! Part of `session`. Section 3.4 of the wire contract; what a person may be shown over all chats is in `pacing::user`.

use super::{Session, State};
use crate::pacing::Lent;
use crate::time::Instant;

/// The ads that count against the person's caps in this conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Shows {
    pub(super) seen: u8,
    pub(super) on_screen: u8,
    /// The ask under way has a place.
    pub(super) asked: bool,
}

impl Shows {
    pub(super) const NONE: Self = Self { seen: 0, on_screen: 0, asked: false };

    pub(super) fn count(self) -> u8 {
        self.seen.saturating_add(self.on_screen).saturating_add(self.asked.into())
    }
}

impl Session {
    /// Tells what is lent what came of the last ask; until then, its ad keeps its place, and a trial is under way. The
    /// next ask does it too.
    pub fn tell<'l>(&mut self, now: Instant, lent: impl Into<Lent<'l>>) {
        let lent = lent.into();
        let State::Answered { verdict, is_trial, has_ad } = self.state else { return };
        self.state = State::Idle;
        if let Some(health) = lent.health {
            health.on_verdict(now, verdict, is_trial);
        }
        let Some(user) = lent.user.filter(|_| core::mem::take(&mut self.shows.asked)) else {
            return;
        };
        if has_ad {
            self.shows.on_screen = self.shows.on_screen.saturating_add(1);
        } else {
            user.release();
        }
    }

    /// An ad of this conversation was seen, as [`Viewability`](crate::Viewability) tells: it counts now. False if it must
    /// not be reported: the person has opted out or withdrawn consent, or it was on screen for so long without a word that it
    /// has been counted already.
    pub fn on_seen<'l>(&mut self, now: Instant, lent: impl Into<Lent<'l>>) -> bool {
        let mut lent = lent.into();
        self.tell(now, lent.reborrow());
        let may_tell = self.permission.sends();
        let Some(user) = lent.user else { return may_tell };
        let counts = may_tell && !user.is_opted_out() && user.on_seen(now);
        // What was on screen was seen here, whether or not it is still in time to be reported.
        let was_here = self.shows.on_screen > 0;
        self.shows.on_screen = self.shows.on_screen.saturating_sub(1);
        self.shows.seen = self.shows.seen.saturating_add((was_here || counts).into());
        counts
    }

    /// An ad of this conversation went away unseen: its place is free again. In doubt, say nothing; it then counts as seen
    /// after ten minutes.
    pub fn on_unseen<'l>(&mut self, now: Instant, lent: impl Into<Lent<'l>>) {
        let mut lent = lent.into();
        self.tell(now, lent.reborrow());
        if let Some(user) = lent.user.filter(|_| self.shows.on_screen > 0) {
            self.shows.on_screen = self.shows.on_screen.saturating_sub(1);
            user.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{BID, BIDS, NO_BID, Shared, ask, capped, now, poll, session};
    use crate::error::{TransportError, TransportErrorKind};
    use crate::head::Head;
    use crate::pacing::{Cap, Caps, Hold, Reason, Until, User};

    #[test]
    fn two_chats_of_a_person_cannot_both_take_the_last_ad() {
        let mut shared = Shared::new(Caps { hour: 2, ..Caps::default() });
        let (mut one, mut other) = (session(), session());
        assert_eq!(ask(&mut one, &mut shared, 0, 200, BID), 1);
        assert!(one.on_seen(now(1000), shared.lend()));
        one.on_turn();
        assert_eq!(poll(&mut one, shared.lend(), 2000), None);
        other.on_turn();
        assert_eq!(poll(&mut other, shared.lend(), 2000), capped(Cap::Hour, 3_601_000));
        let mut body = NO_BID.to_vec();
        one.handle_response(&Head::new(200), &mut body);
        one.tell(now(3000), shared.lend());
        assert_eq!(ask(&mut other, &mut shared, 3000, 200, BID), 1);
        assert_eq!(poll(&mut one, shared.lend(), 3001), capped(Cap::Hour, 3_601_000));
        other.on_unseen(now(4000), shared.lend());
        assert_eq!(ask(&mut one, &mut shared, 4000, 200, BID), 1);
        assert!(one.on_seen(now(5000), shared.lend()));
        assert_eq!(poll(&mut other, shared.lend(), 3_600_999), capped(Cap::Hour, 3_601_000));
        assert_eq!(poll(&mut other, shared.lend(), 3_601_000), None);
    }

    #[test]
    fn an_ad_that_nobody_speaks_of_counts_and_then_its_impression_does_not() {
        let mut shared = Shared::new(Caps { day: 1, ..Caps::default() });
        let mut session = session();
        assert_eq!(ask(&mut session, &mut shared, 0, 200, BID), 1);
        assert_eq!(poll(&mut session, shared.lend(), 1000), capped(Cap::Day, 600_000));
        assert_eq!(poll(&mut session, shared.lend(), 600_000), capped(Cap::Day, 87_000_000));
        assert!(!session.on_seen(now(600_001), shared.lend()));
        assert_eq!(poll(&mut session, shared.lend(), 87_000_000), None);
    }

    #[test]
    fn an_ask_that_was_given_up_gives_its_place_back() {
        let mut shared = Shared::new(Caps { hour: 1, ..Caps::default() });
        let mut session = session();
        assert_eq!(poll(&mut session, shared.lend(), 0), None);
        assert_eq!(poll(&mut session, shared.lend(), 100), None);
        session.handle_failure(TransportError::maybe_sent(TransportErrorKind::Timeout));
        session.tell(now(200), shared.lend());
        assert_eq!(shared.user.counts(), (0, 0));
    }

    #[test]
    fn a_cap_keeps_a_place_for_one_ad_and_offers_one() {
        let mut shared = Shared::new(Caps::default());
        assert_eq!(ask(&mut session(), &mut shared, 0, 200, BIDS), 2);
        shared.user = User::new(Caps { conversation: 2, ..Caps::default() });
        let mut session = session();
        assert_eq!(ask(&mut session, &mut shared, 100, 200, BIDS), 1);
        assert!(session.on_seen(now(200), shared.lend()));
        assert_eq!(ask(&mut session, &mut shared, 300, 200, BIDS), 1);
        let hold = Hold { reason: Reason::Cap(Cap::Conversation), until: Until::Lifted };
        assert_eq!(poll(&mut session, shared.lend(), 400), Some(hold));
        session.reset();
        assert_eq!(poll(&mut session, shared.lend(), 500), None);
    }

    #[test]
    fn ads_of_a_person_keep_their_distance() {
        let mut shared = Shared::new(Caps { gap_secs: 60, ..Caps::default() });
        let (mut one, mut other) = (session(), session());
        assert_eq!(ask(&mut one, &mut shared, 0, 200, BID), 1);
        assert_eq!(poll(&mut other, shared.lend(), 10), capped(Cap::Gap, 600_000));
        assert!(one.on_seen(now(1000), shared.lend()));
        assert_eq!(poll(&mut other, shared.lend(), 1001), capped(Cap::Gap, 61_000));
        assert_eq!(poll(&mut other, shared.lend(), 900), capped(Cap::Gap, 60_899));
        assert_eq!(poll(&mut other, shared.lend(), 60_899), None);
    }
}
