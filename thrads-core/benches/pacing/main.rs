//! What a decision costs, and what a chat takes of memory, for one chat and for a million.
//!
//! `cargo bench -p thrads-core --bench pacing` prints decisions a second on one core and the memory that the sessions take
//! as the allocator counts it. A decision is a finished exchange and the answer to *may we ask now*. The median of batches
//! of 4,096 is taken, so that what else the machine does stays out of it.

use allocation_counter::measure;
use std::hint::black_box;
use std::time::Instant as Stopwatch;
use thrads_core::{
    ApiKey, BidRequest, Call, Caps, Conversation, Decision, EndUser, Environment, Family, Health,
    Instant, Lent, Message, Millis, Pacing, Policy, Publisher, Rate, Role, Session, Step, User,
};

fn main() {
    // `cargo test --benches` asks only whether it runs.
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (chats, decisions) = if is_bench { (1_000_000, 40_000_000) } else { (1000, 10_000) };
    println!("{:44}{:>12}{:>16}{:>14}", "", "chats", "decisions/s", "bytes a chat");
    for chats in [1, chats] {
        by_turns(chats, decisions);
        with_all_lent(chats, decisions);
    }
    println!(
        "\na session {}, a person {}, a key {} bytes",
        size_of::<Session>(),
        size_of::<User>(),
        size_of::<Rate>() + size_of::<Health>()
    );
}

/// Turns and the key's budget.
fn by_turns(chats: usize, decisions: usize) {
    let mut all = Vec::new();
    let memory = measure(|| all = vec![Pacing::new(Family::Ssp, Policy::device(3, 5)); chats]);
    let mut rate = Rate::new(u32::MAX);
    let a_second = race(&mut all, decisions, |pacing, now| {
        pacing.on_turn();
        let is_asked =
            matches!(pacing.decide(now, &mut rate, Millis(5000), None), Decision::Ask(_));
        if is_asked {
            pacing.on_served();
        }
        is_asked
    });
    report("turns and rate", chats, a_second, memory.bytes_current);
}

/// A session with everything lent to it, a person for each chat; what is asked is a request to send.
fn with_all_lent(chats: usize, decisions: usize) {
    let caps = Caps { conversation: 200, hour: 20, day: 40, gap_secs: 60 };
    let mut all = Vec::new();
    let session = Session::new(Family::Ssp, Policy::device(3, 5));
    let memory = measure(|| all = vec![(session.clone(), User::new(caps)); chats]);
    let (mut rate, mut health) = (Rate::new(u32::MAX), Health::new(1));
    let publisher = Publisher::new(ApiKey::new("K").expect("a key"), Environment::Staging);
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "q"), said(Role::Assistant, "a")];
    let device = EndUser::this_device("bench/1").expect("visible ASCII");
    let conversation = Conversation::new(&messages).expect("an exchange");
    let call = Call::Bid(BidRequest::contextual("u", "c", conversation, device).expect("ids"));
    let a_second = race(&mut all, decisions, |(session, user), now| {
        session.on_turn();
        let lent = Lent { rate: &mut rate, health: Some(&mut health), user: Some(user) };
        let step = session.poll_request(now, lent, Millis(5000), &publisher, call);
        matches!(step, Step::Send { .. })
    });
    report("a session and its person, all lent", chats, a_second, memory.bytes_current);
}

/// Decisions a second, chat after chat, a second after the other.
fn race<T>(
    all: &mut [T],
    decisions: usize,
    mut decide: impl FnMut(&mut T, Instant) -> bool,
) -> f64 {
    let mut nanos = Vec::with_capacity(decisions / BATCH + 1);
    let (mut next, mut now) = (0, 0);
    for _ in 0..=decisions / BATCH {
        let start = Stopwatch::now();
        for _ in 0..BATCH {
            black_box(decide(&mut all[next], Instant::from_millis(now)));
            next += 1;
            if next == all.len() {
                (next, now) = (0, now + 1000);
            }
        }
        nanos.push(start.elapsed().as_nanos());
    }
    nanos.sort_unstable();
    BATCH as f64 * 1e9 / nanos[nanos.len() / 2] as f64
}

fn report(name: &str, chats: usize, a_second: f64, bytes: i64) {
    println!("{name:44}{chats:>12}{a_second:>16.0}{:>14}", bytes / chats as i64);
}

const BATCH: usize = 4096;
