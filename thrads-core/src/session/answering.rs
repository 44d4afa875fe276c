//! A session's answers: whether one is still wanted, and what it means for the chat and for pacing.
//!
//! Part of `session`. Section 3.13 of the wire contract; late answers section 5.

use super::verdict::verdict;
use super::{Failure, Offers, Outcome, Session, State};
use crate::error::{TransportError, TransportErrorKind};
use crate::head::Head;
use crate::pacing::{Lent, Verdict};
use crate::response::{Answer, MAX_ADS, decode};

/// What to do with an answer whose head has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next {
    /// Read its body.
    Body,
    /// Drop it: the person has moved on, or nobody asked.
    Drop,
}

impl Session {
    /// Makes an answer that has come a late one if the person has opted out since it was asked for.
    pub fn recheck_answer(&mut self, lent: &Lent<'_>) {
        if self.stopped(lent).is_some() {
            self.abandon();
        }
    }

    /// Whether the body of an answer is worth reading. One that is dropped has answered its request all the same.
    pub fn handle_head(&mut self, head: &Head) -> Next {
        match self.state {
            State::Asked(asked) if !asked.is_late || !matches!(head.status, 200..=299) => {
                Next::Body
            }
            State::Asked(_) => {
                self.drop_late();
                self.conclude(Verdict::Works, false);
                Next::Drop
            }
            _ => Next::Drop,
        }
    }

    /// Takes the answer; its outcome borrows `body` and nothing else. Where the person's caps keep a place for one ad, one
    /// ad is offered.
    pub fn handle_response<'b>(&mut self, head: &Head, body: &'b mut [u8]) -> Outcome<'b> {
        let State::Asked(asked) = self.state else { return Outcome::Failed(Failure::Stale) };
        let is_page = body.trim_ascii_start().starts_with(b"<");
        let answer = decode(asked.endpoint, head, body);
        let has_ad = matches!(answer, Answer::Ads(_)) && !asked.is_late;
        self.conclude(verdict(&answer, head.status, is_page), has_ad);
        match answer {
            Answer::Ads(_) | Answer::NoAd(_) if asked.is_late => {
                self.drop_late();
                Outcome::Failed(Failure::Stale)
            }
            Answer::Ads(served) => {
                if !asked.is_opener {
                    self.pacing.on_served();
                }
                Outcome::Ad(Offers::new(served, if self.shows.asked { 1 } else { MAX_ADS }))
            }
            Answer::NoAd(no_ad) => Outcome::NoAd(no_ad),
            // A session asks for ads only.
            Answer::Poll(_) => Outcome::Failed(Failure::Stale),
            Answer::ApiError(error) => Outcome::Failed(Failure::Api(error)),
            Answer::Malformed(malformed) => Outcome::Failed(Failure::Malformed(malformed)),
        }
    }

    /// Takes it that no answer came.
    pub fn handle_failure(&mut self, error: TransportError) -> Outcome<'static> {
        let was_tried = error.kind != TransportErrorKind::Target;
        self.conclude(if was_tried { Verdict::Failed } else { Verdict::Unknown }, false);
        Outcome::Failed(Failure::Transport(error))
    }

    fn drop_late(&mut self) {
        self.late = self.late.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{BID, poll, session};
    use super::*;
    use crate::pacing::Rate;

    #[test]
    fn an_answer_after_the_person_moved_on_is_dropped_counted_and_settled() {
        let (mut session, mut rate) = (session(), Rate::default());
        assert_eq!(poll(&mut session, &mut rate, 0), None);
        session.on_turn();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        assert_eq!(poll(&mut session, &mut rate, 1000), None);
        assert_eq!((session.unsettled(), session.late()), (0, 1));
        session.on_turn();
        let mut body = BID.to_vec();
        let outcome = session.handle_response(&Head::new(200), &mut body);
        assert!(matches!(outcome, Outcome::Failed(Failure::Stale)));
        assert_eq!(session.late(), 2);
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_stale() {
        let mut session = session();
        let mut body = BID.to_vec();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        let outcome = session.handle_response(&Head::new(200), &mut body);
        assert!(matches!(outcome, Outcome::Failed(Failure::Stale)));
        assert_eq!(session.late(), 0);
    }
}
