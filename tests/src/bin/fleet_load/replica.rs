//! One replica: a process with 64 chats that ask as fast as they may.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Role,
};
use thrads_sandbox::PRODUCTION_KEY;
use thrads_std::{Chat, Fleet, Options, Outcome, Thrads};

/// The first argument that makes this program a replica; platform, Redis and seconds follow.
pub(crate) const COMMAND: &str = "replica";
pub(crate) const REPLICAS: u32 = 4;
const CHATS: usize = 64;

/// What the chats of a replica met.
#[derive(Default)]
struct Met {
    ads: AtomicU64,
    held: AtomicU64,
    failed: AtomicU64,
    slowest_ms: AtomicU64,
}

pub(crate) fn main(arguments: &[&str]) -> ExitCode {
    let [platform, redis, seconds] = arguments else { return ExitCode::from(2) };
    let Ok(seconds) = seconds.parse() else { return ExitCode::from(2) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let met = Arc::new(Met::default());
    let work = drive(platform, redis, Duration::from_secs(seconds), met.clone());
    match runtime.map(|runtime| runtime.block_on(work)) {
        Ok(Some(())) => {}
        _ => return ExitCode::FAILURE,
    }
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let (ads, held) = (read(&met.ads), read(&met.held));
    println!("{ads} {held} {} {}", read(&met.failed), read(&met.slowest_ms));
    ExitCode::SUCCESS
}

async fn drive(platform: &str, redis: &str, time: Duration, met: Arc<Met>) -> Option<()> {
    let publisher = Publisher {
        endpoints: Endpoints::at(BaseUrl::new(platform).ok()?),
        ..Publisher::new(ApiKey::new(PRODUCTION_KEY).ok()?, Environment::Production)
    };
    let fleet = Fleet::new(redis).ok()?.replicas(REPLICAS);
    let thrads = Thrads::in_fleet(publisher, Options::default(), fleet).ok()?;
    let end = Instant::now() + time;
    let chats: Vec<_> = (0..CHATS)
        .map(|number| {
            let (thrads, met) = (thrads.clone(), met.clone());
            tokio::spawn(async move {
                let mut chat = thrads.chat(Family::Ssp, Policy::device(0, 0));
                let mut turn = number as u64;
                while Instant::now() < end {
                    turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ask(&mut chat, number, turn >> 33, &met).await;
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

/// Asks; one that is held thinks for a moment before it asks again.
async fn ask(chat: &mut Chat, number: usize, random: u64, met: &Met) {
    let (user, id) = (format!("user_{number}"), format!("{}_{number}", std::process::id()));
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
    let Ok(person) = EndUser::forwarded("203.0.113.7", "Kiosk/2.1") else { return };
    let Ok(conversation) = Conversation::new(&messages) else { return };
    let Ok(bid) = BidRequest::contextual(&user, &id, conversation, person) else { return };
    let start = Instant::now();
    let outcome = chat.ask(Call::Bid(bid)).await;
    let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    met.slowest_ms.fetch_max(took, Ordering::Relaxed);
    let count = match outcome {
        Outcome::Ad(_) | Outcome::NoAd { .. } => &met.ads,
        Outcome::Held(_) => {
            tokio::time::sleep(Duration::from_millis(50 + random % 100)).await;
            &met.held
        }
        _ => {
            eprintln!("{}", outcome.explain());
            tokio::time::sleep(Duration::from_millis(200)).await;
            &met.failed
        }
    };
    count.fetch_add(1, Ordering::Relaxed);
}
