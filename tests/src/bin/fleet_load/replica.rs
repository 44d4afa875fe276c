//! One replica: a process with 64 chats that ask as fast as they may.

use std::future::poll_fn;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Caps, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Reason, Role,
};
use thrads_sandbox::PRODUCTION_KEY;
use thrads_std::{Chat, Fleet, Options, Outcome, Thrads};

/// The first argument that makes this program a replica; platform, Redis, seconds and whether people have caps follow.
pub(crate) const COMMAND: &str = "replica";
pub(crate) const WITH_CAPS: &str = "caps";
pub(crate) const REPLICAS: u32 = 4;
/// What everybody may be shown, in the run with caps.
pub(crate) const CAPS: Caps = Caps { conversation: 0, hour: 0, day: 8, gap_secs: 2 };
const CHATS: usize = 64;
/// One chat in so many is of a person who talks to all replicas at once.
const SHARED: usize = 10;

/// What the chats of a replica met.
#[derive(Default)]
struct Met {
    asked: AtomicU64,
    held: AtomicU64,
    /// Held by caps: by what this replica knew itself, and by what Redis said.
    capped: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    slowest_ms: AtomicU64,
    /// Ads that the people saw who talk to all replicas.
    seen: [AtomicU64; CHATS.div_ceil(SHARED)],
}

/// One person's chat.
struct Talk {
    chat: Chat,
    number: usize,
    user: String,
    met: Arc<Met>,
}

pub(crate) fn main(arguments: &[&str]) -> ExitCode {
    let [platform, redis, seconds, caps] = arguments else { return ExitCode::from(2) };
    let Ok(seconds) = seconds.parse() else { return ExitCode::from(2) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let met = Arc::new(Met::default());
    let caps = if *caps == WITH_CAPS { CAPS } else { Caps::default() };
    let work = drive(platform, redis, Duration::from_secs(seconds), caps, met.clone());
    match runtime.map(|runtime| runtime.block_on(work)) {
        Ok(Some(())) => {}
        _ => return ExitCode::FAILURE,
    }
    let Met { asked, held, capped, refused, failed, slowest_ms, seen } = &*met;
    let counts = [asked, held, capped, refused, failed, slowest_ms].into_iter().chain(seen);
    let told: Vec<_> = counts.map(|count| count.load(Ordering::Relaxed).to_string()).collect();
    println!("{}", told.join(" "));
    ExitCode::SUCCESS
}

async fn drive(
    platform: &str,
    redis: &str,
    time: Duration,
    caps: Caps,
    met: Arc<Met>,
) -> Option<()> {
    let publisher = Publisher {
        endpoints: Endpoints::at(BaseUrl::new(platform).ok()?),
        ..Publisher::new(ApiKey::new(PRODUCTION_KEY).ok()?, Environment::Production)
    };
    let fleet = Fleet::new(redis).ok()?.replicas(REPLICAS);
    let options = Options { caps, ..Options::default() };
    let thrads = Thrads::in_fleet(publisher, options, fleet).ok()?;
    let end = Instant::now() + time;
    let chats: Vec<_> = (0..CHATS)
        .map(|number| {
            let mut talk = Talk::new(&thrads, number, met.clone());
            tokio::spawn(async move {
                let mut turn = number as u64;
                while Instant::now() < end {
                    turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    talk.ask(turn >> 33).await;
                }
            })
        })
        .collect();
    for chat in chats {
        chat.await.ok()?;
    }
    thrads.shutdown(Duration::from_secs(1)).await;
    Some(())
}

impl Talk {
    fn new(thrads: &Thrads, number: usize, met: Arc<Met>) -> Self {
        let is_shared = number.is_multiple_of(SHARED);
        let process = if is_shared { 0 } else { std::process::id() };
        let user = format!("user_{number}_{process}");
        let chat = thrads.chat(Family::Ssp, Policy::device(0, 0)).of(&thrads.person(&user));
        Self { chat, number, user, met }
    }

    /// Asks; one that is held thinks for a moment before it asks again.
    async fn ask(&mut self, random: u64) {
        let start = Instant::now();
        let Some((outcome, is_at_once)) = self.outcome().await else { return };
        let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let met = &self.met;
        met.slowest_ms.fetch_max(took, Ordering::Relaxed);
        let count = match outcome {
            Outcome::Ad(_) => {
                if self.chat.seen() && self.number.is_multiple_of(SHARED) {
                    met.seen[self.number / SHARED].fetch_add(1, Ordering::Relaxed);
                }
                &met.asked
            }
            Outcome::NoAd { .. } => &met.asked,
            Outcome::Held(hold) => {
                tokio::time::sleep(Duration::from_millis(50 + random % 100)).await;
                match hold.reason {
                    Reason::Cap(_) if is_at_once => &met.capped,
                    Reason::Cap(_) => &met.refused,
                    _ => &met.held,
                }
            }
            _ => {
                eprintln!("{}", outcome.explain());
                tokio::time::sleep(Duration::from_millis(200)).await;
                &met.failed
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// What came of asking, and whether it came without waiting for anything.
    async fn outcome(&mut self) -> Option<(Outcome, bool)> {
        let id = format!("{}_{}", std::process::id(), self.number);
        let said = |role, content| Message { role, content, timestamp: None };
        let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
        let person = EndUser::forwarded("203.0.113.7", "Kiosk/2.1").ok()?;
        let conversation = Conversation::new(&messages).ok()?;
        let bid = BidRequest::contextual(&self.user, &id, conversation, person).ok()?;
        let mut asking = pin!(self.chat.ask(Call::Bid(bid)));
        let first = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await;
        Some(match first {
            Poll::Ready(outcome) => (outcome, true),
            Poll::Pending => (asking.await, false),
        })
    }
}
