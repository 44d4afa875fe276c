//! One conversation's asking for ads, without I/O: what to send, and what the answer means.
//!
//! Ties `pacing`, `request` and `response` together; `client` drives it over a transport. The four outcomes of asking are
//! those of section 5 of the wire contract: whatever happens, the chat goes on.

use crate::ad::Ad;
use crate::config::{Family, Publisher};
use crate::error::TransportError;
use crate::head::Head;
use crate::pacing::{Decision, Enforcement, Explained, Hold, Pacing, Policy, Rate};
use crate::request::{Call, Request};
use crate::response::{Answer, ApiError, Endpoint, Malformed, NoAd, Served, decode};
use crate::time::{Instant, Millis};
use crate::tracking::{Engagement, Impression};

/// The ads of one conversation.
///
/// Tell it of each finished exchange with [`on_turn`](Self::on_turn), then ask. A request that is never answered, because its
/// future was dropped, is settled by the next ask as one that may have been sent.
#[derive(Debug)]
pub struct Session {
    pacing: Pacing,
    state: State,
    explained: Option<Explained>,
    unsettled: u32,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Asked { endpoint: Endpoint, turn: u32, is_opener: bool },
}

/// What to do with a call.
#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum Step<'a> {
    /// Send this.
    Send {
        /// What to send.
        request: Request<'a>,
        /// Nothing before this moment, so that the key's budget holds.
        not_before: Instant,
    },
    /// Do not ask.
    Hold(Hold),
}

/// What to do with an answer whose head has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next {
    /// Read its body.
    Body,
    /// Drop it: the person has moved on, or nobody asked.
    Drop,
}

/// What came of asking for an ad. None of them is an error to a chat: without an ad it goes on.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
#[non_exhaustive]
pub enum Outcome<'b> {
    /// At least one ad.
    Ad(Offers<'b>),
    /// The platform was asked and has none.
    NoAd(NoAd<'b>),
    /// The platform was not asked.
    Held(Hold),
    /// Something went wrong; the operator may want to know.
    Failed(Failure<'b>),
}

/// Why asking failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<'b> {
    /// No answer came.
    Transport(TransportError),
    /// The platform refused or failed.
    Api(ApiError<'b>),
    /// The answer cannot be read.
    Malformed(Malformed<'b>),
    /// The answer came after the person had moved on, or to a session that had not asked.
    Stale,
}

/// The ads that were served, one at a time, each with the rights to report its impression and its use once.
#[derive(Debug)]
pub struct Offers<'b>(Served<'b>);

/// An ad to show, its impression, and what else can be told of it.
#[derive(Debug)]
pub struct Offer<T> {
    /// What to show.
    pub ad: Ad<T>,
    /// To be reported once the ad has been seen.
    pub impression: Impression<T>,
    /// To be reported once the person has tapped, voted or gone on.
    pub engagement: Engagement<T>,
}

impl<T> Offer<T> {
    /// The same offer with each text made into another by `f`, such as `str::to_owned`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Offer<U> {
        Offer {
            ad: self.ad.map(&mut f),
            impression: self.impression.map(&mut f),
            engagement: self.engagement.map(f),
        }
    }
}

impl<'b> Offers<'b> {
    /// The answer around the ads; ads that are taken from it directly have no impression and no
    /// engagement.
    pub fn served(&self) -> &Served<'b> {
        &self.0
    }
}

impl<'b> Iterator for Offers<'b> {
    type Item = Offer<&'b str>;

    fn next(&mut self) -> Option<Offer<&'b str>> {
        let ad = self.0.ads.next()?;
        Some(Offer { ad, impression: Impression::mint(&ad), engagement: Engagement::mint(&ad) })
    }
}

impl Session {
    /// A conversation before its first word.
    pub const fn new(family: Family, policy: Policy) -> Self {
        Self {
            pacing: Pacing::new(family, policy),
            state: State::Idle,
            explained: None,
            unsettled: 0,
        }
    }

    /// An exchange is finished: the person asked and was answered. Makes the answer to an earlier ask a late one.
    pub fn on_turn(&mut self) {
        self.pacing.on_turn();
    }

    /// A new chat begins: turns count anew, and an answer to an earlier ask is a late one.
    pub fn reset(&mut self) {
        self.settle();
        self.pacing = Pacing::new(self.pacing.family(), self.pacing.policy());
        self.explained = None;
    }

    /// Finished exchanges so far.
    pub fn turn(&self) -> u32 {
        self.pacing.turn()
    }

    /// The last decision with the counters behind it; `None` before the first.
    pub fn explained(&self) -> Option<Explained> {
        self.explained
    }

    /// Requests that were handed out and never answered: they may have been sent.
    pub fn unsettled(&self) -> u32 {
        self.unsettled
    }

    /// Decides about a call and makes it a request. Openers are not spaced by turns; the key's budget holds for them too.
    ///
    /// `rate` is the key's budget; where it is used up for the moment, a request is handed out all the same if it may be
    /// sent within `patience`. A call of the other family than the session's is spaced by the session's arithmetic.
    pub fn poll_request<'a>(
        &mut self,
        now: Instant,
        rate: &mut Rate,
        patience: Millis,
        publisher: &'a Publisher,
        call: Call<'a>,
    ) -> Step<'a> {
        self.settle();
        let decision = if call.is_opener() {
            rate.decide(now, patience)
        } else {
            self.pacing.decide(now, rate, patience, call.forced())
        };
        self.explained = Some(self.pacing.explain(decision));
        let not_before = match decision {
            Decision::Hold(hold) => return Step::Hold(hold),
            Decision::Ask(at) => at,
        };
        let endpoint = match call {
            Call::Prompt(_) => Endpoint::Prompt,
            Call::Message(_) => Endpoint::Message,
            Call::Bid(_) => Endpoint::Bid,
        };
        self.state =
            State::Asked { endpoint, turn: self.pacing.turn(), is_opener: call.is_opener() };
        Step::Send { request: Request::new(publisher, self.spaced(call)), not_before }
    }

    /// Whether the body of an answer is worth reading. One that is dropped has answered its request all the same.
    pub fn handle_head(&mut self, head: &Head) -> Next {
        match self.state {
            State::Asked { turn, .. }
                if self.is_current(turn) || !matches!(head.status, 200..=299) =>
            {
                Next::Body
            }
            _ => {
                self.state = State::Idle;
                Next::Drop
            }
        }
    }

    /// Takes the answer; its outcome borrows `body` and nothing else.
    pub fn handle_response<'b>(&mut self, head: &Head, body: &'b mut [u8]) -> Outcome<'b> {
        let State::Asked { endpoint, turn, is_opener } =
            core::mem::replace(&mut self.state, State::Idle)
        else {
            return Outcome::Failed(Failure::Stale);
        };
        match decode(endpoint, head, body) {
            Answer::Ads(_) | Answer::NoAd(_) if !self.is_current(turn) => {
                Outcome::Failed(Failure::Stale)
            }
            Answer::Ads(served) => {
                if !is_opener {
                    self.pacing.on_served();
                }
                Outcome::Ad(Offers(served))
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
        self.state = State::Idle;
        Outcome::Failed(Failure::Transport(error))
    }

    /// The answer to what was asked on an earlier turn is late.
    fn is_current(&self, turn: u32) -> bool {
        turn == self.pacing.turn()
    }

    fn settle(&mut self) {
        if let State::Asked { .. } = core::mem::replace(&mut self.state, State::Idle) {
            self.unsettled = self.unsettled.saturating_add(1);
        }
    }

    /// Only one side counts: the platform is told not to, or is told what to count by.
    fn spaced<'a>(&self, call: Call<'a>) -> Call<'a> {
        let policy = self.pacing.policy();
        match policy.enforcement {
            Enforcement::Device => call.unpaced(self.pacing.turn()),
            Enforcement::Server => call.paced(policy.offset, policy.frequency, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ApiKey, Environment};
    use crate::request::{BidRequest, EndUser};

    const BID: &[u8] = br#"{"data":{"bid":{"headline":"H","url":"https://s.example/r"}}}"#;

    fn ask(session: &mut Session, rate: &mut Rate, at: u64) {
        let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
        let user = EndUser::this_device("test/1").unwrap();
        let call = Call::Bid(BidRequest::opener("u", user).unwrap());
        let now = Instant::from_millis(at);
        assert!(matches!(
            session.poll_request(now, rate, Millis(0), &publisher, call),
            Step::Send { .. }
        ));
    }

    #[test]
    fn a_request_that_is_never_answered_is_settled_by_the_next() {
        let (mut session, mut rate) = (Session::new(Family::Ssp, Policy::SERVER), Rate::default());
        ask(&mut session, &mut rate, 0);
        assert_eq!(session.unsettled(), 0);
        ask(&mut session, &mut rate, 1000);
        assert_eq!(session.unsettled(), 1);
        let mut body = BID.to_vec();
        assert!(matches!(session.handle_response(&Head::new(200), &mut body), Outcome::Ad(_)));
    }

    #[test]
    fn an_answer_after_the_person_moved_on_is_dropped_and_settled() {
        let (mut session, mut rate) = (Session::new(Family::Ssp, Policy::SERVER), Rate::default());
        ask(&mut session, &mut rate, 0);
        session.on_turn();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        ask(&mut session, &mut rate, 1000);
        assert_eq!(session.unsettled(), 0);
        session.on_turn();
        let mut body = BID.to_vec();
        assert!(matches!(
            session.handle_response(&Head::new(200), &mut body),
            Outcome::Failed(Failure::Stale)
        ));
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_stale() {
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let mut body = BID.to_vec();
        assert_eq!(session.handle_head(&Head::new(200)), Next::Drop);
        assert!(matches!(
            session.handle_response(&Head::new(200), &mut body),
            Outcome::Failed(Failure::Stale)
        ));
    }
}
