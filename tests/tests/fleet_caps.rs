//! A person's caps over all replicas, kept by a real Redis, and what is left of them when Redis is slow, gone, flushed or full.

use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Cap, Caps, Conversation, Decision, EndUser, Endpoints,
    Environment, Family, Message, Policy, Publisher, Reason, Role,
};
use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, Sandbox};
use thrads_std::{Chat, Fleet, Options, Outcome, Thrads};
use thrads_tests::RedisServer;

/// A platform with plenty of ads, and a Redis of this test's own.
struct Rig {
    sandbox: Sandbox,
    redis: RedisServer,
}

impl Rig {
    fn start(options: &[&str]) -> Option<Self> {
        let redis = RedisServer::start(options)?;
        let config = Config { always_match: true, limit: PLENTY, ..Config::default() };
        Some(Self { sandbox: Sandbox::start(config).unwrap(), redis })
    }

    fn replica(&self, caps: Caps) -> Thrads {
        let publisher = Publisher {
            endpoints: Endpoints::at(BaseUrl::new(&self.sandbox.base_url()).unwrap()),
            ..Publisher::new(ApiKey::new(PRODUCTION_KEY).unwrap(), Environment::Production)
        };
        let fleet = Fleet::new(&self.redis.url()).unwrap().replicas(2);
        let options = Options { limit: PLENTY, caps, ..Options::default() };
        Thrads::in_fleet(publisher, options, fleet).unwrap()
    }

    /// The key of one of the people that Redis knows.
    fn person_key(&self) -> String {
        let keys = (0..10_000).filter_map(|_| self.redis.command("RANDOMKEY").ok());
        keys.into_iter().find(|key| key.contains("}:person:")).expect("somebody is known")
    }

    /// Waits until so many people are known to Redis.
    async fn knows(&self, people: usize) {
        let known = || self.redis.command("KEYS thrads:*:person:*").unwrap_or_default();
        until(|| known() == format!("*{people}")).await;
    }
}

fn chat(thrads: &Thrads, person: &str) -> Chat {
    thrads.chat(Family::Ssp, Policy::device(0, 0)).of(&thrads.person(person))
}

async fn try_ask(chat: &mut Chat) -> Outcome {
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
    let end_user = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").unwrap();
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual("user_1", "chat_1", conversation, end_user).unwrap();
    chat.ask(Call::Bid(bid)).await
}

/// Asks until the budget lets it, which an empty Redis does after two seconds.
async fn ask(chat: &mut Chat) -> Outcome {
    let start = Instant::now();
    loop {
        match try_ask(chat).await {
            Outcome::Held(hold) if hold.reason == Reason::Rate => {
                assert!(start.elapsed() < PATIENCE, "there is no turn any more");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn is_served(chat: &mut Chat) -> bool {
    match ask(chat).await {
        Outcome::Ad(_) => true,
        Outcome::Held(hold) => {
            assert!(matches!(hold.reason, Reason::Cap(_)), "{hold:?}");
            let explained = chat.explained().unwrap();
            assert_eq!(explained.decision, Decision::Hold(hold), "{explained}");
            false
        }
        other => panic!("{}", other.explain()),
    }
}

/// Asks until there is a place.
async fn served_at_last(chat: &mut Chat) {
    let start = Instant::now();
    while !is_served(chat).await {
        assert!(start.elapsed() < PATIENCE, "the place is not there again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it never holds");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const PLENTY: u32 = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);
const TWO_A_DAY: Caps = Caps { conversation: 0, hour: 0, day: 2, gap_secs: 0 };
const ONE_A_DAY: Caps = Caps { day: 1, ..TWO_A_DAY };

#[tokio::test]
async fn a_cap_holds_over_all_replicas_and_what_it_holds_costs_no_trip() {
    let Some(rig) = Rig::start(&[]) else { return };
    let (one, other) = (rig.replica(TWO_A_DAY), rig.replica(TWO_A_DAY));
    let (mut first, mut second) = (chat(&one, "ann"), chat(&other, "ann"));
    for chat in [&mut first, &mut second] {
        assert!(is_served(chat).await && chat.seen());
    }
    let key = rig.person_key();
    until(|| rig.redis.command(&format!("HGET {key} day")).is_ok_and(|day| day == "2")).await;
    for chat in [&mut first, &mut second] {
        assert!(!is_served(chat).await);
    }
    let trips = rig.redis.calls("evalsha");
    for chat in [&mut first, &mut second] {
        let Outcome::Held(hold) = try_ask(chat).await else { panic!("it is not held") };
        assert_eq!(hold.reason, Reason::Cap(Cap::Day));
        assert!(chat.explained().unwrap().to_string().contains("day"));
    }
    assert_eq!(rig.redis.calls("evalsha"), trips);
    assert!(is_served(&mut chat(&other, "bob")).await);
}

#[tokio::test]
async fn an_ask_that_is_sent_makes_one_trip_that_takes_along_what_is_to_be_told() {
    let Some(rig) = Rig::start(&[]) else { return };
    let thrads = rig.replica(Caps { day: 200, ..TWO_A_DAY });
    let mut chat = chat(&thrads, "ann");
    assert!(is_served(&mut chat).await);
    let (trips, start) = (rig.redis.calls("incrby"), Instant::now());
    for _ in 0..100 {
        assert!(chat.seen());
        assert!(is_served(&mut chat).await);
    }
    // A second without an ask may have one trip of its own.
    let spent = rig.redis.calls("incrby") - trips;
    let most = 100 + 4 * (start.elapsed().as_secs() + 1);
    assert!((100..=most).contains(&spent), "{spent} trips for 100 asks in {:?}", start.elapsed());
}

#[tokio::test]
async fn replicas_cannot_both_take_the_last_place_and_an_unseen_ad_gives_it_back() {
    let Some(rig) = Rig::start(&[]) else { return };
    let (one, other) = (rig.replica(ONE_A_DAY), rig.replica(ONE_A_DAY));
    let (mut first, mut second) = (chat(&one, "ann"), chat(&other, "ann"));
    assert!(is_served(&mut first).await);
    assert!(!is_served(&mut second).await);
    first.unseen();
    served_at_last(&mut second).await;
    assert!(!is_served(&mut first).await);
    assert!(second.seen());
    one.shutdown(Duration::ZERO).await;
    other.shutdown(Duration::ZERO).await;
    assert!(!is_served(&mut chat(&rig.replica(ONE_A_DAY), "ann")).await);
}

#[tokio::test]
async fn ads_of_a_person_keep_their_distance_over_replicas() {
    let Some(rig) = Rig::start(&[]) else { return };
    let caps = Caps { gap_secs: 2, ..Caps::default() };
    let (one, other) = (rig.replica(caps), rig.replica(caps));
    let (mut first, mut second) = (chat(&one, "ann"), chat(&other, "ann"));
    assert!(is_served(&mut first).await && first.seen());
    let seen = Instant::now();
    assert!(!is_served(&mut second).await);
    served_at_last(&mut second).await;
    assert!(seen.elapsed() >= Duration::from_secs(2), "{:?}", seen.elapsed());
}

#[tokio::test]
async fn an_ask_that_failed_or_was_given_up_leaves_its_place() {
    let Some(rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    assert!(is_served(&mut chat(&one, "bob")).await);
    for fault in [
        Fault::Status { code: 500, shape: None, retry_after: None },
        Fault::Delay(Duration::from_secs(3)),
    ] {
        rig.sandbox.inject(fault, Some(1));
        let mut given_up = chat(&one, "ann");
        let outcome = tokio::time::timeout(Duration::from_secs(1), ask(&mut given_up)).await;
        assert!(!matches!(outcome, Ok(Outcome::Ad(_))));
        drop(given_up);
        let other = rig.replica(ONE_A_DAY);
        let mut second = chat(&other, "ann");
        served_at_last(&mut second).await;
        second.unseen();
        other.shutdown(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn a_redis_that_lost_its_memory_is_told_what_was_seen_in_the_last_minute() {
    let Some(mut rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    let mut first = chat(&one, "ann");
    assert!(is_served(&mut first).await && first.seen());
    until(|| rig.redis.calls("incrby") >= 2).await;
    rig.redis.command("FLUSHALL").unwrap();
    rig.knows(1).await;
    assert!(!is_served(&mut chat(&rig.replica(ONE_A_DAY), "ann")).await);
    rig.redis.restart();
    rig.knows(1).await;
    assert!(!is_served(&mut chat(&rig.replica(ONE_A_DAY), "ann")).await);
}

#[tokio::test]
async fn no_cap_is_lost_that_a_redis_which_writes_at_once_has_acknowledged() {
    let Some(mut rig) = Rig::start(&["--appendonly", "yes", "--appendfsync", "always"]) else {
        return;
    };
    let people: Vec<_> = (0..30).map(|number| format!("person_{number}")).collect();
    let one = rig.replica(ONE_A_DAY);
    for person in &people {
        let mut chat = chat(&one, person);
        assert!(is_served(&mut chat).await && chat.seen(), "{person}");
    }
    // It ends when all is acknowledged.
    one.shutdown(Duration::ZERO).await;
    drop(one);
    let other = rig.replica(ONE_A_DAY);
    let busy = tokio::spawn(async move {
        for number in 0..1000 {
            let mut chat = chat(&other, &format!("another_{number}"));
            let _any = try_ask(&mut chat).await;
            let _counts = chat.seen();
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    rig.redis.kill();
    busy.abort();
    let _aborted = busy.await;
    rig.redis.restart();
    let fresh = rig.replica(ONE_A_DAY);
    for person in &people {
        assert!(!is_served(&mut chat(&fresh, person)).await, "{person}");
    }
}

#[tokio::test]
async fn without_redis_each_replica_goes_on_with_its_own_caps() {
    let Some(mut rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    let mut first = chat(&one, "ann");
    assert!(is_served(&mut first).await);
    rig.redis.kill();
    let start = Instant::now();
    assert!(is_served(&mut chat(&one, "bob")).await);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(first.seen());
    assert!(!is_served(&mut first).await);
    rig.redis.restart();
    // What was seen meanwhile is told when it is back.
    rig.knows(1).await;
    assert!(!is_served(&mut chat(&rig.replica(ONE_A_DAY), "ann")).await);
}

#[tokio::test]
async fn a_redis_that_does_not_answer_or_is_full_holds_nothing_up() {
    let Some(rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    assert!(is_served(&mut chat(&one, "ann")).await);
    rig.redis.command("CONFIG SET maxmemory 1").unwrap();
    assert!(is_served(&mut chat(&one, "bob")).await);
    rig.redis.command("CONFIG SET maxmemory 0").unwrap();
    rig.redis.pause();
    let mut third = chat(&one, "cyd");
    for _ in 0..20 {
        let start = Instant::now();
        let outcome = try_ask(&mut third).await;
        // A tenth of the deadline for the place, as much for a turn, and what a busy machine adds.
        assert!(start.elapsed() < Duration::from_millis(2000), "{:?}", start.elapsed());
        if matches!(outcome, Outcome::Ad(_)) {
            break;
        }
    }
    rig.redis.resume();
    let mut fourth = chat(&one, "dan");
    assert!(is_served(&mut fourth).await && fourth.seen());
    rig.knows(2).await;
}

#[tokio::test]
async fn what_lies_in_the_place_of_one_person_is_not_the_others_business() {
    let Some(rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    let mut first = chat(&one, "ann");
    assert!(is_served(&mut first).await);
    let key = rig.person_key();
    rig.redis.command(&format!("DEL {key}")).unwrap();
    rig.redis.command(&format!("SET {key} something")).unwrap();
    assert!(first.seen());
    let mut second = chat(&one, "bob");
    assert!(is_served(&mut second).await && second.seen());
    one.shutdown(Duration::ZERO).await;
    // What could be told was told.
    assert!(!is_served(&mut chat(&rig.replica(ONE_A_DAY), "bob")).await);
    // Where nothing can be kept, each replica goes on with what it knows.
    assert!(is_served(&mut chat(&rig.replica(ONE_A_DAY), "ann")).await);
}

#[tokio::test]
async fn hundreds_of_asks_that_are_dropped_at_once_give_all_places_back() {
    let Some(rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    let mut first = chat(&one, "ann");
    assert!(is_served(&mut first).await);
    first.unseen();
    rig.knows(0).await;
    rig.sandbox.inject(Fault::Hang, None);
    let asks: Vec<_> = (0..300)
        .map(|number| {
            let mut chat = chat(&one, &format!("person_{number}"));
            tokio::spawn(async move { ask(&mut chat).await })
        })
        .collect();
    let known = || rig.redis.command("KEYS thrads:*:person:*").unwrap_or_default();
    until(|| {
        known().get(1..).and_then(|many| many.parse().ok()).is_some_and(|many: u32| many >= 250)
    })
    .await;
    asks.iter().for_each(tokio::task::JoinHandle::abort);
    rig.knows(0).await;
}

#[tokio::test]
async fn keys_name_nobody_and_expire() {
    let Some(rig) = Rig::start(&[]) else { return };
    let one = rig.replica(ONE_A_DAY);
    let mut first = chat(&one, "ann");
    assert!(is_served(&mut first).await && first.seen());
    one.shutdown(Duration::ZERO).await;
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let key = rig.redis.command("RANDOMKEY").unwrap();
        let (publisher, rest) = key.strip_prefix("thrads:{").unwrap().split_once("}:").unwrap();
        assert!(publisher.len() == 32 && !key.contains("ann") && !key.contains(PRODUCTION_KEY));
        let left: i64 = rig.redis.command(&format!("PTTL {key}")).unwrap()[1..].parse().unwrap();
        assert!((1..=86_400_000).contains(&left), "{key}: {left}");
        kinds.insert(rest.split(':').next().unwrap().to_owned());
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["person", "rate", "replica"]);
}
