//! What becomes of a fleet when Redis fails over, vanishes without a word, or is busy: real servers, behind a name whose
//! meaning changes.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Reason, Role,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox};
use thrads_std::{Fleet, Options, Outcome, Thrads};
use thrads_tests::RedisServer;

/// A name that stands for a server, and a cable that can be pulled.
#[derive(Clone)]
struct Way {
    port: u16,
    target: Arc<AtomicU16>,
    cable: Arc<AtomicU32>,
}

impl Way {
    fn to(redis: &RedisServer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let way = Self { port, target: Arc::new(port_of(redis).into()), cable: Arc::default() };
        let carried = way.clone();
        thread::spawn(move || listener.incoming().flatten().for_each(|near| carried.carry(near)));
        way
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// New connections go there.
    fn leads_to(&self, redis: &RedisServer) {
        self.target.store(port_of(redis), Ordering::SeqCst);
    }

    /// What is connected hears nothing any more, not even that it is closed.
    fn pull(&self) {
        self.cable.fetch_add(1, Ordering::SeqCst);
    }

    fn carry(&self, near: TcpStream) {
        let target = self.target.load(Ordering::SeqCst);
        let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { return };
        let ends = |stream: &TcpStream| stream.try_clone().unwrap();
        for (mut from, mut to) in [(ends(&near), ends(&far)), (far, near)] {
            let (cable, whole) = (self.cable.clone(), self.cable.load(Ordering::SeqCst));
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(length @ 1..) = from.read(&mut bytes) {
                    while cable.load(Ordering::SeqCst) != whole {
                        thread::park();
                    }
                    if to.write_all(&bytes[..length]).is_err() {
                        break;
                    }
                }
                let _closed = to.shutdown(std::net::Shutdown::Both);
            });
        }
    }
}

fn port_of(redis: &RedisServer) -> u16 {
    redis.url().rsplit(':').next().unwrap().parse().unwrap()
}

fn replica(sandbox: &Sandbox, url: &str) -> Thrads {
    let publisher = Publisher {
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
        ..Publisher::new(ApiKey::new(PRODUCTION_KEY).unwrap(), Environment::Production)
    };
    Thrads::in_fleet(publisher, Options::default(), Fleet::new(url).unwrap()).unwrap()
}

fn strict() -> Sandbox {
    Sandbox::start(Config { always_match: true, ..Config::default() }).unwrap()
}

/// Asks until `holds`; no ask takes longer than its wait for a turn and what a busy machine adds.
async fn ask_until(thrads: &Thrads, holds: impl Fn() -> bool) {
    let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
    let conversation = Conversation::new(&messages).unwrap();
    let person = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").unwrap();
    let bid = BidRequest::contextual("user_1", "chat_1", conversation, person).unwrap();
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it never holds");
        let asked = Instant::now();
        match chat.ask(Call::Bid(bid)).await {
            Outcome::Ad(_) => {}
            Outcome::Held(hold) => assert_eq!(hold.reason, Reason::Rate),
            other => panic!("{}", other.explain()),
        }
        assert!(asked.elapsed() < WAIT, "{:?}", asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn assert_kept(sandbox: &Sandbox) {
    let stats = sandbox.stats();
    assert!(stats.refused == 0 && stats.max_per_second <= 40, "{stats:?}");
}

const PATIENCE: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_millis(2000);

/// The lease script alone calls this.
fn leases(redis: &RedisServer) -> u64 {
    redis.calls("hmget")
}

#[tokio::test]
async fn a_primary_that_became_a_replica_is_left_for_the_new_one() {
    let (Some(one), Some(other)) = (RedisServer::start(&[]), RedisServer::start(&[])) else {
        return;
    };
    let (sandbox, way) = (strict(), Way::to(&one));
    other.command(&format!("REPLICAOF 127.0.0.1 {}", port_of(&one))).unwrap();
    let thrads = replica(&sandbox, &way.url());
    ask_until(&thrads, || sandbox.stats().requests >= 5).await;
    way.leads_to(&other);
    other.command("REPLICAOF NO ONE").unwrap();
    // It closes no connection, and refuses what writes.
    one.command(&format!("REPLICAOF 127.0.0.1 {}", port_of(&other))).unwrap();
    let before = sandbox.stats().requests;
    ask_until(&thrads, || leases(&other) >= 3 && sandbox.stats().requests >= before + 5).await;
    assert_kept(&sandbox);
}

#[tokio::test]
async fn a_redis_that_vanished_without_a_word_is_left_for_the_one_in_its_place() {
    let (Some(one), Some(other)) = (RedisServer::start(&[]), RedisServer::start(&[])) else {
        return;
    };
    let (sandbox, way) = (strict(), Way::to(&one));
    let thrads = replica(&sandbox, &way.url());
    ask_until(&thrads, || sandbox.stats().requests >= 5).await;
    way.leads_to(&other);
    way.pull();
    let before = sandbox.stats().requests;
    ask_until(&thrads, || leases(&other) >= 3 && sandbox.stats().requests >= before + 5).await;
    assert_kept(&sandbox);
}

#[tokio::test]
async fn a_script_of_others_that_does_not_end_holds_nothing_up_until_it_is_killed() {
    let Some(redis) = RedisServer::start(&["--busy-reply-threshold", "50"]) else { return };
    let sandbox = strict();
    let thrads = replica(&sandbox, &redis.url());
    ask_until(&thrads, || sandbox.stats().requests >= 5).await;
    let redis = Arc::new(redis);
    let endless = {
        let redis = Arc::clone(&redis);
        thread::spawn(move || redis.command("EVAL \"while true do end\" 0"))
    };
    let before = sandbox.stats().requests;
    ask_until(&thrads, || sandbox.stats().requests >= before + 5).await;
    redis.command("SCRIPT KILL").unwrap();
    let _killed = endless.join().unwrap();
    let leased = leases(&redis);
    ask_until(&thrads, || leases(&redis) >= leased + 2).await;
    assert_kept(&sandbox);
}
