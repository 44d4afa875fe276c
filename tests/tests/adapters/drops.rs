//! An ask that is dropped half-way leaves session and transport usable, and is counted.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use thrads_core::{Family, Rate, Session};
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use crate::rig::{PLENTY, Rig, Way, brief};
use crate::talk::{FAMILIES, Talk, eager, end_user, generous};

/// Polls a future so many times and then gives it up.
struct Polls<F>(F, usize);

impl<F: Future + Unpin> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.1 == 0 {
            return Poll::Ready(None);
        }
        self.1 -= 1;
        match Pin::new(&mut self.0).poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.1 == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Asks with so many polls; whether it came to an end.
fn ask_for<W: Way>(rig: &mut Rig<W>, session: &mut Session, family: Family, polls: usize) -> bool {
    let Rig { way, client, publisher, budget, buffer, .. } = rig;
    let talk = Talk::of(1);
    session.on_turn();
    let asked = pin!(client.ask(session, budget, publisher, talk.call(family, "c"), buffer));
    way.run(Polls(asked, polls)).is_some()
}

fn dropped_at_any_poll_the_next_ask_works<W: Way>() {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = eager(family);
        let mut dropped = 0;
        for polls in 0..36 {
            sandbox.inject(Fault::Drip(Duration::from_micros(500)), Some(1));
            let ended = ask_for(&mut rig, &mut session, family, polls);
            sandbox.clear_faults();
            // A future that was never polled has not asked.
            dropped += u32::from(!ended && polls > 0);
            let outcome = rig.turn(&mut session, Talk::of(1).call(family, "c"));
            assert_eq!(brief(&outcome), "ad", "{family:?} after {polls} polls");
            assert_eq!(session.unsettled(), dropped, "{polls} polls");
            if ended {
                break;
            }
        }
        assert!(dropped > 0, "no ask was dropped");
    }
}

fn dropped_while_it_waits_for_its_turn_it_has_sent_nothing<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    rig.budget = Rate::new(4);
    let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
    assert!(!ask_for(&mut rig, &mut session, Family::Ssp, 1));
    assert_eq!(sandbox.stats().requests, 1);
    rig.budget = Rate::new(PLENTY);
    let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!((brief(&outcome).as_str(), session.unsettled()), ("ad", 1));
    assert_eq!(sandbox.stats().requests, 2);
}

fn a_dropped_report_leaves_the_transport_usable<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    for polls in 0..12 {
        let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        let impression = crate::rig::offers(served).remove(0).impression;
        let Rig { way, client, buffer, .. } = &mut rig;
        let report = pin!(client.report(impression, end_user(), buffer));
        way.run(Polls(report, polls));
    }
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
    let stats = sandbox.stats();
    assert!(stats.impressions <= 12 && stats.pings <= 24, "{stats:?}");
}

/// As a chatbot does it: whichever comes first, the ad or the end of its patience.
#[tokio::test]
async fn an_ask_that_loses_a_race_is_settled_by_the_next() {
    use thrads_core::{ApiKey, BaseUrl, Client, Endpoints, Environment, Publisher};
    let sandbox = generous();
    let publisher = Publisher {
        key: ApiKey::new(PRODUCTION_KEY).unwrap(),
        environment: Environment::Production,
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
    };
    let transport = thrads_std::ReqwestTransport::new().unwrap();
    let mut client = Client::new(transport, thrads_std::TokioClock::new());
    let mut budget = Rate::new(PLENTY);
    let mut session = eager(Family::Ssp);
    let talk = Talk::of(1);
    let mut lost = 0;
    let mut seed = 7_u64;
    for _ in 0..40 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let patience = Duration::from_micros(seed >> 53);
        let mut buffer = Vec::new();
        session.on_turn();
        let call = talk.call(Family::Ssp, "c");
        let ask = client.ask(&mut session, &mut budget, &publisher, call, &mut buffer);
        let won = tokio::time::timeout(patience, ask).await.is_ok();
        lost += u32::from(!won);
        session.on_turn();
        let call = talk.call(Family::Ssp, "c");
        let asked = client.ask(&mut session, &mut budget, &publisher, call, &mut buffer).await;
        assert_eq!(thrads_std::Outcome::from(asked.outcome).code(), "ad");
        assert_eq!(session.unsettled(), lost);
    }
}

through_both!(
    dropped_at_any_poll_the_next_ask_works,
    dropped_while_it_waits_for_its_turn_it_has_sent_nothing,
    a_dropped_report_leaves_the_transport_usable,
);
