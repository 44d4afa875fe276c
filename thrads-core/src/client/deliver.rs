//! What waits in an outbox is sent: one at a time, within the key's budget, and not while the platform is left alone.
//!
//! Part of `client`. Sections 3.14 and 4.2 of the wire contract.

use super::{Budget, Client, is_server_error};
use crate::config::Publisher;
use crate::error::TransportError;
use crate::head::Head;
use crate::pacing::{Decision, Health, Lent, Until, Verdict};
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
    /// Sends what waits in `outbox` and is due, in the end user's name, until nothing is, or one gets no answer that may get one later.
    ///
    /// Each report takes its turn in the key's budget like an ask, so a device that comes back after a day makes no burst.
    /// Where the person's [`Permission`](crate::Permission) lets nothing out, what waits is forgotten and nothing is sent.
    ///
    /// Where a [`Health`](crate::Health) is lent, what holds asks holds reports, and a report to the platform that gets no
    /// answer counts like an ask that gets none. Each ends after the timeout; bodies of answers are not read. Dropped
    /// half-way, the report under way waits on, and may have been sent. Where the client's [`Permission`](crate::Permission)
    /// lets nothing leave, or the person who is lent has opted out, nothing is sent and the outbox is emptied.
    pub async fn deliver<const ENTRIES: usize, const BYTES: usize>(
        &mut self,
        outbox: &mut Outbox<ENTRIES, BYTES>,
        budget: &mut impl Budget,
        publisher: &Publisher,
        end_user: EndUser<'_>,
        buffer: &mut T::Buffer,
    ) -> Delivered {
        if !self.permission.sends() {
            outbox.clear();
            return Delivered::default();
        }
        let mut answered = 0_u16;
        let held = loop {
            let now = self.clock.now();
            if !self.may_tell(budget) {
                outbox.clear();
                break None;
            }
            let Some(due) = outbox.due(now) else { break None };
            if !self.transport.is_up() {
                break Some(now.after(WITHOUT_LINK));
            }
            let patience = self.max_rate_wait;
            let (at, is_trial) = match budget.with(|lent| admitted(now, lent, patience)) {
                Ok(admitted) => admitted,
                Err(held) => break Some(held),
            };
            self.clock.sleep_until(at).await;
            if !self.may_tell(budget) {
                continue;
            }
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

    fn may_tell(&self, budget: &mut impl Budget) -> bool {
        self.permission.sends() && budget.with(|lent| lent.opted_out().is_none())
    }
}

/// When a report may be sent, and whether it is the trial; or until when nothing is.
fn admitted(now: Instant, lent: Lent<'_>, patience: Millis) -> Result<(Instant, bool), Instant> {
    let Lent { rate, mut health, .. } = lent;
    let until = |until| match until {
        Until::At(at) => at,
        _ => now.after(WITHOUT_LINK),
    };
    if let Some(hold) = health.as_mut().and_then(|health| health.check(now)) {
        return Err(until(hold.until));
    }
    match rate.decide(now, patience) {
        Decision::Ask(at) => Ok((at, health.is_some_and(Health::begin))),
        Decision::Hold(hold) => Err(until(hold.until)),
    }
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
    use super::*;
    use crate::ad::Ad;
    use crate::config::{ApiKey, BaseUrl, Endpoints, Environment, Family};
    use crate::consent::Permission;
    use crate::error::TransportErrorKind;
    use crate::pacing::{Policy, Rate};
    use crate::request::{BidRequest, Call, Request};
    use crate::session::{Offer, Outcome, Session};
    use crate::time::UnixMillis;
    use core::cell::Cell;
    use core::ops::Range;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    /// A network that is there or not, on a clock that only this moves; an exchange takes 10 ms.
    struct Net<'a> {
        now: &'a Cell<u64>,
        is_up: bool,
        works: fn(&str) -> bool,
        /// What reached a server, and when.
        sent: Vec<(u64, String)>,
    }

    impl Transport for Net<'_> {
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
            self.sent.push((self.now.get(), url.clone()));
            self.now.set(self.now.get() + 10);
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

    impl Clock for &Cell<u64> {
        fn now(&self) -> Instant {
            Instant::from_millis(self.get())
        }

        async fn sleep_until(&self, moment: Instant) {
            self.set(self.get().max(moment.as_millis()));
        }

        fn wall(&self) -> Option<UnixMillis> {
            None
        }
    }

    fn run<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    fn publisher() -> Publisher {
        let endpoints = Endpoints::at(BaseUrl::new("https://p.example").unwrap());
        Publisher { key: ApiKey::new("K").unwrap(), environment: Environment::Staging, endpoints }
    }

    fn device() -> EndUser<'static> {
        EndUser::this_device("kiosk/1.0").unwrap()
    }

    /// An ad with a tracker of the platform's and one of a partner's.
    fn served(number: u64) -> Offer<String> {
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let call = Call::Bid(BidRequest::opener("u", device()).unwrap());
        let now = Instant::from_millis(0);
        session.poll_request(now, &mut Rate::default(), Millis(0), &publisher(), call);
        let mut body = format!(
            "{{\"data\":{{\"bid\":{{\"headline\":\"H\",\"url\":\"https://p.example/r?n={number}&\
             view_url=https%3A%2F%2Fd.example%2Fv{number}&\
             thrad_view_url=https%3A%2F%2Fp.example%2Fv{number}\"}}}}}}"
        )
        .into_bytes();
        match session.handle_response(&Head::new(200), &mut body) {
            Outcome::Ad(mut offers) => offers.next().unwrap().map(str::to_owned),
            other => panic!("{other:?}"),
        }
    }

    fn deliver(
        net: &mut Client<Net<'_>, &Cell<u64>>,
        outbox: &mut Outbox<16, 2048>,
        budget: &mut impl Budget,
    ) -> Delivered {
        run(net.deliver(outbox, budget, &publisher(), device(), &mut []))
    }

    fn client(now: &Cell<u64>, works: fn(&str) -> bool) -> Client<Net<'_>, &Cell<u64>> {
        Client::new(Net { now, is_up: true, works, sent: Vec::new() }, now)
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_device_that_was_offline_for_a_day_makes_no_burst_and_tells_nothing_old() {
        const DAY: u64 = 86_400_000;
        let now = Cell::new(0);
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        let mut net = client(&now, |_| true);
        net.transport.is_up = false;
        for number in 0..288 {
            now.set(number * 300_000);
            outbox.impression(Instant::from_millis(now.get()), served(number).impression);
            let delivered = deliver(&mut net, &mut outbox, &mut rate);
            let later = delivered.next.unwrap().as_millis();
            assert_eq!((delivered.answered, later), (0, now.get() + 5000));
        }
        now.set(DAY);
        net.transport.is_up = true;
        let delivered = deliver(&mut net, &mut outbox, &mut rate);
        assert_eq!(delivered, Delivered { answered: 4, next: None });
        let urls: Vec<_> = net.transport.sent.iter().map(|(_, url)| &url[..]).collect();
        assert_eq!(urls, ["d.example/v286", "p.example/v286", "d.example/v287", "p.example/v287"]);
        assert_eq!((outbox.counts().expired, outbox.counts().dropped), (2 * 286, 0));
    }

    #[test]
    fn nothing_is_sent_and_nothing_waits_on_where_consent_is_withdrawn() {
        let now = Cell::new(0);
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        let mut net = client(&now, |_| true);
        outbox.impression(Instant::from_millis(0), served(1).impression);
        net.permit(Permission::NoConsent);
        assert_eq!(deliver(&mut net, &mut outbox, &mut rate), Delivered::default());
        assert!(outbox.is_empty() && net.transport.sent.is_empty());
    }

    #[test]
    fn reports_keep_the_keys_budget() {
        let now = Cell::new(0);
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::new(4));
        let mut net = client(&now, |_| true);
        for number in 0..8 {
            outbox.impression(Instant::from_millis(0), served(number).impression);
        }
        assert_eq!(deliver(&mut net, &mut outbox, &mut rate).answered, 16);
        let times: Vec<_> = net.transport.sent.iter().map(|(at, _)| *at).collect();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 250), "{times:?}");
    }

    #[test]
    fn a_tracker_that_is_dead_holds_nobody_else_up() {
        let now = Cell::new(0);
        let mut outbox = Outbox::<16, 2048>::new();
        let (mut rate, mut health) = (Rate::default(), Health::new(1));
        let mut net = client(&now, |url| !url.starts_with("d.example/v1"));
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
        let now = Cell::new(0);
        let mut outbox = Outbox::<16, 2048>::new();
        let (mut rate, mut health) = (Rate::default(), Health::new(1));
        let mut net = client(&now, |url| !url.starts_with("p.example"));
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
        assert!(health.check(Instant::from_millis(now.get())).is_some());
        now.set(held.unwrap().as_millis());
        net.transport.works = |_| true;
        let budget = &mut Lent { rate: &mut rate, health: Some(&mut health), user: None };
        deliver(&mut net, &mut outbox, budget);
        assert_eq!(health.failures(), 0);
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

        let now = Cell::new(0);
        let (mut outbox, mut rate) = (Outbox::<16, 2048>::new(), Rate::default());
        let Offer { ad: Ad::SponsoredMessage(_), impression, .. } = served(1) else {
            panic!("no message")
        };
        outbox.impression(Instant::from_millis(0), impression);
        {
            let mut net = Client::new(Never, &now);
            let publisher = publisher();
            let sending = pin!(net.deliver(&mut outbox, &mut rate, &publisher, device(), &mut []));
            assert!(sending.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(deliver(&mut client(&now, |_| true), &mut outbox, &mut rate).answered, 2);
    }
}
