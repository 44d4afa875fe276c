//! What waits in an outbox is sent: one at a time, within the key's budget, and not while the platform is left alone.
//!
//! Part of `client`. Sections 3.14 and 4.2 of the wire contract.

use super::{Budget, Client, is_server_error};
use crate::config::Publisher;
use crate::error::TransportError;
use crate::head::Head;
use crate::pacing::{Decision, Health, Hold, Lent, Reason, Until, Verdict};
use crate::request::EndUser;
use crate::time::{Instant, Millis};
use crate::tracking::Outbox;
use crate::transport::{Clock, Transport};

/// What came of emptying an outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Delivered {
    /// Reports that were answered and wait no longer, whatever the answer.
    pub answered: u16,
    /// When to go on; `None` where nothing waits.
    pub next: Option<Instant>,
}

impl<T: Transport, C: Clock> Client<T, C> {
    /// Sends what waits in `outbox` and is due, in the end user's name, until nothing is, or one gets no answer that may
    /// get one later.
    ///
    /// Each report takes its turn in the key's budget like an ask, so a device that comes back after a day makes no burst.
    /// Where a [`Health`](crate::Health) is lent, what holds asks holds reports, and a report to the platform that gets no
    /// answer counts like an ask that gets none. Each ends after the timeout; bodies of answers are not read. Dropped
    /// half-way, the report under way waits on, and may have been sent.
    ///
    /// Where the client's [`Permission`](crate::Permission) lets nothing leave, or the person who is lent has opted out,
    /// nothing is sent and the outbox is emptied.
    pub async fn deliver<const ENTRIES: usize, const BYTES: usize>(
        &mut self,
        outbox: &mut Outbox<ENTRIES, BYTES>,
        budget: &mut impl Budget,
        publisher: &Publisher,
        end_user: EndUser<'_>,
        buffer: &mut T::Buffer,
    ) -> Delivered {
        let mut answered = 0_u16;
        let held = loop {
            if !self.may_tell(budget) {
                outbox.clear();
                break None;
            }
            let Some(due) = outbox.due(self.clock.now()) else { break None };
            let is_trial = match self.await_turn_of_report(budget).await {
                Ok(is_trial) => is_trial,
                // The person's no is taken at the head of the loop.
                Err(Hold { reason: Reason::OptOut, .. }) => continue,
                Err(Hold { until: Until::At(at), .. }) => break Some(at),
                Err(_) => break Some(self.clock.now().after(WITHOUT_LINK)),
            };
            let Some(request) = outbox.request(due, publisher, end_user) else { break None };
            let answer = self.transport.exchange(&request, self.timeout, buffer).await;
            let (now, wall) = (self.clock.now(), self.clock.wall());
            let answer = answer.map(|(head, _)| head);
            let is_own = outbox.is_for_platform(due, publisher);
            budget.with(|lent| {
                if let Ok(head) = &answer
                    && is_own
                {
                    lent.rate.observe(now, wall, head);
                }
                if let Some(health) = lent.health {
                    health.on_verdict(now, verdict(&answer, is_own), is_trial);
                }
            });
            let is_settled = outbox.settle(now, due, answer.map(|head| head.status));
            answered = answered.saturating_add(is_settled.into());
            if answer.is_err() && !is_settled {
                break None;
            }
        };
        let next = outbox.poll_at();
        Delivered { answered, next: next.map(|next| held.map_or(next, |held| held.max(next))) }
    }

    /// Waits for a report's turn; true if it is the trial of a platform that was left alone.
    async fn await_turn_of_report(&self, budget: &mut impl Budget) -> Result<bool, Hold> {
        if !self.transport.is_up() {
            return Err(Hold { reason: Reason::Offline, until: Until::Lifted });
        }
        let (now, patience) = (self.clock.now(), self.max_rate_wait);
        let (decision, is_trial) = budget.with(|lent| admitted(now, lent, patience));
        let turn = match decision {
            Decision::Hold(hold) => return Err(hold),
            Decision::Ask(turn) if turn <= now => return Ok(is_trial),
            Decision::Ask(turn) => turn,
        };
        let recheck = |now, turn, patience| {
            budget.with(|mut lent| lent.recheck(now, turn, patience, is_trial))
        };
        let held = self.await_turn(turn, now.after(patience), recheck).await.err();
        if held.is_some() && is_trial {
            let give_up = |health: &mut Health| health.on_verdict(now, Verdict::Unknown, true);
            budget.with(|lent| lent.health.into_iter().for_each(give_up));
        }
        held.map_or(Ok(is_trial), Err)
    }

    fn may_tell(&self, budget: &mut impl Budget) -> bool {
        self.permission.sends() && budget.with(|lent| lent.opted_out().is_none())
    }
}

/// Whether a report may be sent, and whether it is then the trial of a platform that was left alone.
fn admitted(now: Instant, lent: Lent<'_>, patience: Millis) -> (Decision, bool) {
    let Lent { rate, mut health, .. } = lent;
    if let Some(hold) = health.as_mut().and_then(|health| health.check(now)) {
        return (Decision::Hold(hold), false);
    }
    let decision = rate.decide(now, patience);
    let is_trial = matches!(decision, Decision::Ask(_)) && health.is_some_and(Health::begin);
    (decision, is_trial)
}

/// What an answer to a report says of the platform; of others it says nothing.
fn verdict(answer: &Result<Head, TransportError>, is_own: bool) -> Verdict {
    match answer {
        _ if !is_own => Verdict::Unknown,
        Ok(head) if !is_server_error(head.status) => Verdict::Works,
        _ => Verdict::Failed,
    }
}

/// How long to wait for a link that is not there.
const WITHOUT_LINK: Millis = Millis::from_secs(5);

#[cfg(test)]
mod tests {
    use super::super::fixture::{Moves, device, offered, publisher, run};
    use super::*;
    use crate::consent::Permission;
    use crate::error::TransportErrorKind;
    use crate::pacing::{Caps, Rate, User};
    use crate::request::{BidRequest, Call, Request};
    use crate::session::Offer;
    use core::ops::Range;
    use core::pin::pin;
    use core::task::{Context, Waker};

    /// A network that is there or not, on a clock that only this moves; an exchange takes 10 ms.
    struct Net {
        clock: Moves,
        is_up: bool,
        works: fn(&str) -> bool,
        /// What reached a server, and when.
        sent: Vec<(u64, String)>,
    }

    impl Transport for Net {
        type Buffer = [u8];

        async fn exchange(
            &mut self,
            request: &Request<'_>,
            _: Millis,
            _: &mut [u8],
        ) -> Result<(Head, Range<usize>), TransportError> {
            let mut url = [0; 200];
            let target = request.target(&mut url).unwrap();
            let url = format!("{}{}", target.host, target.path);
            let now = &self.clock.now;
            self.sent.push((now.get(), url.clone()));
            now.set(now.get() + 10);
            if (self.works)(&url) {
                Ok((Head::new(204), 0..0))
            } else {
                Err(TransportError::unsent(TransportErrorKind::Connect))
            }
        }

        fn is_up(&self) -> bool {
            self.is_up
        }
    }

    /// An ad with a tracker of the platform's and one of a partner's.
    fn served(number: u64) -> Offer<String> {
        let opener = BidRequest::opener("u", device()).unwrap();
        let bid = format!(
            "{{\"data\":{{\"bid\":{{\"headline\":\"H\",\"url\":\"https://p.example/r?n={number}&\
             view_url=https%3A%2F%2Fd.example%2Fv{number}&\
             thrad_view_url=https%3A%2F%2Fp.example%2Fv{number}\"}}}}}}"
        );
        offered(Call::Bid(opener), &bid)
    }

    fn deliver(
        net: &mut Client<Net, Moves>,
        outbox: &mut Outbox<16, 2048>,
        budget: &mut impl Budget,
    ) -> Delivered {
        run(net.deliver(outbox, budget, &publisher(), device(), &mut []))
    }

    fn client(clock: &Moves, works: fn(&str) -> bool) -> Client<Net, Moves> {
        let net = Net { clock: clock.clone(), is_up: true, works, sent: Vec::new() };
        Client::new(net, clock.clone())
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_device_that_was_offline_for_a_day_makes_no_burst_and_tells_nothing_old() {
        const DAY: u64 = 86_400_000;
        let clock = Moves::default();
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        let mut net = client(&clock, |_| true);
        net.transport.is_up = false;
        for number in 0..288 {
            clock.now.set(number * 300_000);
            outbox.impression(Instant::from_millis(clock.now.get()), served(number).impression);
            let delivered = deliver(&mut net, &mut outbox, &mut rate);
            let later = delivered.next.unwrap().as_millis();
            assert_eq!((delivered.answered, later), (0, clock.now.get() + 5000));
        }
        clock.now.set(DAY);
        net.transport.is_up = true;
        let delivered = deliver(&mut net, &mut outbox, &mut rate);
        assert_eq!(delivered, Delivered { answered: 4, next: None });
        let urls: Vec<_> = net.transport.sent.iter().map(|(_, url)| &url[..]).collect();
        assert_eq!(urls, ["d.example/v286", "p.example/v286", "d.example/v287", "p.example/v287"]);
        assert_eq!((outbox.counts().expired, outbox.counts().dropped), (2 * 286, 0));
    }

    #[test]
    fn nothing_is_sent_and_nothing_waits_on_where_consent_is_withdrawn() {
        let clock = Moves::default();
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        let mut net = client(&clock, |_| true);
        outbox.impression(Instant::from_millis(0), served(1).impression);
        net.permit(Permission::NoConsent);
        assert_eq!(deliver(&mut net, &mut outbox, &mut rate), Delivered::default());
        assert!(outbox.is_empty() && net.transport.sent.is_empty());
    }

    #[test]
    fn reports_keep_the_keys_budget() {
        let clock = Moves::default();
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::new(4));
        let mut net = client(&clock, |_| true);
        for number in 0..8 {
            outbox.impression(Instant::from_millis(0), served(number).impression);
        }
        assert_eq!(deliver(&mut net, &mut outbox, &mut rate).answered, 16);
        let times: Vec<_> = net.transport.sent.iter().map(|(at, _)| *at).collect();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 250), "{times:?}");
    }

    #[test]
    fn a_tracker_that_is_dead_holds_nobody_else_up() {
        let clock = Moves::default();
        let mut outbox = Outbox::<16, 2048>::new();
        let (mut rate, mut health) = (Rate::default(), Health::new(1));
        let mut net = client(&clock, |url| !url.starts_with("d.example/v1"));
        for number in 1..=3 {
            outbox.impression(Instant::from_millis(0), served(number).impression);
        }
        for _ in 0..8 {
            let budget = &mut Lent { rate: &mut rate, health: Some(&mut health), user: None };
            deliver(&mut net, &mut outbox, budget);
        }
        assert_eq!((outbox.counts().sent, outbox.len()), (5, 1));
        assert_eq!(health.failures(), 0);
    }

    #[test]
    fn a_platform_that_is_gone_holds_asks_and_reports_alike() {
        let clock = Moves::default();
        let mut outbox = Outbox::<16, 2048>::new();
        let (mut rate, mut health) = (Rate::default(), Health::new(1));
        let mut net = client(&clock, |url| !url.starts_with("p.example"));
        for number in 0..4 {
            outbox.impression(Instant::from_millis(0), served(number).impression);
        }
        let mut held = None;
        for _ in 0..20 {
            let budget = &mut Lent { rate: &mut rate, health: Some(&mut health), user: None };
            held = deliver(&mut net, &mut outbox, budget).next;
        }
        let tried = net.transport.sent.iter().filter(|(_, url)| url.starts_with("p.")).count();
        assert_eq!((tried, health.failures()), (3, 3));
        assert!(health.check(Instant::from_millis(clock.now.get())).is_some());
        clock.now.set(held.unwrap().as_millis());
        net.transport.works = |_| true;
        let budget = &mut Lent { rate: &mut rate, health: Some(&mut health), user: None };
        deliver(&mut net, &mut outbox, budget);
        assert_eq!(health.failures(), 0);
    }

    /// What is lent, and what others do to it while a report waits for its turn: before it is lent for the third time.
    struct Shared {
        rate: Rate,
        health: Health,
        user: User,
        lent: u8,
        meanwhile: fn(&mut Health, &mut User),
    }

    impl Budget for Shared {
        fn with<R>(&mut self, use_it: impl FnOnce(Lent<'_>) -> R) -> R {
            let Self { rate, health, user, lent, meanwhile } = self;
            *lent += 1;
            if *lent == 3 {
                meanwhile(health, user);
            }
            use_it(Lent { rate, health: Some(health), user: Some(user) })
        }
    }

    fn sent_meanwhile(meanwhile: fn(&mut Health, &mut User)) -> (usize, usize, Delivered) {
        let clock = Moves::default();
        let mut outbox = Outbox::<16, 2048>::new();
        outbox.impression(Instant::from_millis(0), served(1).impression);
        let (health, user) = (Health::new(1), User::new(Caps::default()));
        let mut shared = Shared { rate: Rate::default(), health, user, lent: 0, meanwhile };
        shared.rate.decide(Instant::from_millis(0), Millis(0));
        let mut client = client(&clock, |_| true);
        let delivered = deliver(&mut client, &mut outbox, &mut shared);
        (client.transport.sent.len(), outbox.len(), delivered)
    }

    #[test]
    fn what_stops_a_report_while_it_waits_for_its_turn_stops_it() {
        assert_eq!(sent_meanwhile(|_, _| ()).0, 2);
        let opted_out = sent_meanwhile(|_, user| user.opt_out());
        assert_eq!(opted_out, (0, 0, Delivered::default()));
        let (sent, waiting, delivered) = sent_meanwhile(|health, _| {
            (0..3).for_each(|_| health.on_verdict(Instant::from_millis(1), Verdict::Failed, false));
        });
        assert_eq!((sent, waiting, delivered.answered), (0, 2, 0));
        assert!(delivered.next > Some(Instant::from_millis(27)), "{delivered:?}");
    }

    #[test]
    fn a_trial_that_was_held_leaves_it_to_the_next() {
        let clock = Moves::default();
        let fail = |health: &mut Health| health.on_verdict(clock.now(), Verdict::Failed, false);
        let (mut health, user) = (Health::new(1), User::new(Caps::default()));
        (0..3).for_each(|_| fail(&mut health));
        clock.now.set(3_600_000);
        let mut outbox = Outbox::<16, 2048>::new();
        outbox.impression(clock.now(), served(1).impression);
        let meanwhile = |_: &mut Health, user: &mut User| user.opt_out();
        let mut shared = Shared { rate: Rate::default(), health, user, lent: 0, meanwhile };
        shared.rate.decide(clock.now(), Millis(0));
        deliver(&mut client(&clock, |_| true), &mut outbox, &mut shared);
        assert_eq!(shared.health.check(clock.now()), None);
        assert!(shared.health.begin());
    }

    #[test]
    fn a_report_given_up_half_way_is_sent_again() {
        struct Never;

        impl Transport for Never {
            type Buffer = [u8];

            async fn exchange(
                &mut self,
                _: &Request<'_>,
                _: Millis,
                _: &mut [u8],
            ) -> Result<(Head, Range<usize>), TransportError> {
                core::future::pending().await
            }
        }

        let clock = Moves::default();
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        outbox.impression(Instant::from_millis(0), served(1).impression);
        {
            let mut net = Client::new(Never, clock.clone());
            let publisher = publisher();
            let sending = pin!(net.deliver(&mut outbox, &mut rate, &publisher, device(), &mut []));
            assert!(sending.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(deliver(&mut client(&clock, |_| true), &mut outbox, &mut rate).answered, 2);
    }
}
