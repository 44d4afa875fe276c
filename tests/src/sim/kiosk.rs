//! A kiosk: one session after another, the person before it, its radio, and the ask under way.

use super::Fleet;
use super::platform::Reply;
use super::random::Random;
use crate::exchange::{AD, PUBLISHER, SAID};
use thrads_core::{
    BidRequest, Call, Caps, Conversation, EndUser, Family, Head, Health, Hold, Instant, Lent,
    Millis, Next, Outcome, Rate, RetryAfter, Session, Step, TransportError, TransportErrorKind,
    User,
};

pub(super) struct Kiosk {
    pub(super) random: Random,
    pub(super) session: Session,
    rate: Rate,
    health: Option<Health>,
    pub(super) user: User,
    pub(super) is_linked: bool,
    pub(super) person: Person,
    /// The number of the ask under way.
    pub(super) ask: Option<u32>,
    pub(super) asks: u32,
}

/// Who stands before it, and what they truly saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) turns_left: u64,
    pub(super) is_sensitive: bool,
    pub(super) seen: Vec<u64>,
    /// The turn of the last ad, as the platform counts.
    pub(super) last_ad: Option<u32>,
}

impl Kiosk {
    pub(super) fn new(fleet: Fleet, number: u64) -> Self {
        let mut random = Random::new(number + 1000);
        let bits = u16::try_from(random.below(65_536)).unwrap_or(1);
        Self {
            session: Session::new(Family::Ssp, fleet.policy),
            rate: Rate::default(),
            health: fleet.has_health.then(|| Health::new(bits)),
            user: User::new(fleet.caps),
            is_linked: true,
            person: Person::default(),
            ask: None,
            asks: 0,
            random,
        }
    }

    fn parts(&mut self) -> (&mut Session, Lent<'_>) {
        let Self { session, rate, health, user, .. } = self;
        (session, Lent { rate, health: health.as_mut(), user: Some(user) })
    }

    /// Another person comes: another chat. One of thirty wants no ads.
    pub(super) fn greet(&mut self, caps: Caps) {
        let turns_left = 1 + self.random.wait(8);
        self.person = Person { number: self.person.number + 1, turns_left, ..Person::default() };
        self.ask = None;
        self.session.reset();
        self.user = User::new(caps);
        if self.random.per_mille(33) {
            self.user.opt_out();
        }
    }

    /// An exchange is finished; one of fifty is sensitive. An ask that is still under way is given up.
    pub(super) fn on_turn(&mut self) {
        self.ask = None;
        self.person.turns_left -= 1;
        self.person.is_sensitive = self.random.per_mille(20);
        if self.person.is_sensitive {
            self.session.on_sensitive_turn();
        } else {
            self.session.on_turn();
        }
    }

    /// When to send, if at all.
    pub(super) fn poll(&mut self, now: u64) -> Result<u64, Hold> {
        let at = Instant::from_millis(now);
        if !self.is_linked {
            return Err(self.session.hold_offline(at));
        }
        let (session, lent) = self.parts();
        let said = Conversation::new(&SAID).expect("an exchange");
        let device = EndUser::this_device("kiosk/1.0").expect("visible ASCII");
        let call = Call::Bid(BidRequest::contextual("u", "c", said, device).expect("ids"));
        match session.poll_request(at, lent, RATE_WAIT, &PUBLISHER, call) {
            Step::Send { not_before, .. } => Ok(not_before.as_millis()),
            Step::Hold(hold) => Err(hold),
        }
    }

    /// Takes what came; whether it is an ad to show.
    pub(super) fn take(&mut self, now: u64, reply: Reply) -> bool {
        let now = Instant::from_millis(now);
        let (session, mut lent) = self.parts();
        let (mut head, body) = match reply {
            Reply::Lost => {
                session.handle_failure(TransportError::maybe_sent(TransportErrorKind::Timeout));
                session.tell(now, lent);
                return false;
            }
            Reply::Ad => (Head::new(200), AD),
            Reply::NoAd => (Head::new(200), "{\"data\":{}}"),
            Reply::Down => (Head::new(503), ""),
            Reply::TooMany => (Head::new(429), ""),
        };
        if reply == Reply::TooMany {
            head.retry_after = Some(RetryAfter::Delay(Millis(1000)));
        }
        lent.rate.observe(now, None, &head);
        session.recheck_answer(&lent);
        let mut body = body.as_bytes().to_vec();
        let has_ad = session.handle_head(&head) == Next::Body
            && matches!(session.handle_response(&head, &mut body), Outcome::Ad(_));
        session.tell(now, lent.reborrow());
        has_ad
    }

    /// The ad was half in view for a second, or went away before; whether it is reported.
    pub(super) fn look(&mut self, now: u64, is_seen: bool) -> bool {
        let (session, lent) = self.parts();
        if is_seen {
            return session.on_seen(Instant::from_millis(now), lent);
        }
        session.on_unseen(Instant::from_millis(now), lent);
        false
    }
}

const RATE_WAIT: Millis = Millis(500);
/// An ask over all.
pub(super) const TIMEOUT: Millis = Millis(5000);
