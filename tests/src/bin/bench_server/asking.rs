//! What the process of a contestant does: to ask as often as it is told, and to tell what that took.

use crate::bare::Bare;
use crate::by_hand::ByHand;
use crate::ours::Ours;
use std::fs;
use std::io::stdin;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// A chat whose asks are measured: a task of its own, with one ask under way at a time.
pub(crate) trait Chat: Send + Sized + 'static {
    /// Asks; the length of the headline, so that nothing can be left out.
    fn ask(&mut self) -> impl Future<Output = Option<usize>> + Send;
}

pub(crate) fn main(client: &str, base: &str, chats: &str) -> ExitCode {
    let Ok(chats) = chats.parse() else { return ExitCode::from(2) };
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    // reqwest wants a provider for TLS, even for plain text.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let done = match client {
        "thrads-std" => Ours::chats(base, chats).and_then(|chats| as_told(&runtime, chats)),
        "reqwest + serde_json" => {
            ByHand::chats(base, chats).and_then(|chats| as_told(&runtime, chats))
        }
        _ => Bare::chats(base, chats).and_then(|chats| as_told(&runtime, chats)),
    };
    if done.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Lets each chat ask as often as each line of the standard input says; `None` where an ask fails.
fn as_told<C: Chat>(runtime: &Runtime, mut chats: Vec<C>) -> Option<()> {
    let mut took = Vec::new();
    let mut ask = |asks: usize| {
        let (asked, times) = runtime.block_on(ask_all(std::mem::take(&mut chats), asks))?;
        chats = asked;
        Some(times)
    };
    for line in stdin().lines() {
        let asks = line.ok()?.parse().ok()?;
        let (begin, begin_cpu) = (Instant::now(), cpu()?);
        let mut times = None;
        // To count takes longer than to allocate, and Python has nobody who counts.
        allocation_counter::opt_out(|| times = ask(asks));
        println!("{} {}", begin.elapsed().as_nanos(), (cpu()? - begin_cpu).as_nanos());
        took.extend(times?);
    }
    let mut asked = 0;
    let counted =
        allocation_counter::measure(|| asked = ask(COUNTED).map_or(0, |times| times.len()));
    took.sort_unstable();
    let micros = |part: usize| Some(took.get(took.len() * part / 100)?.as_secs_f64() * 1e6);
    println!("{} {} {}", counted.count_total as f64 / asked as f64, micros(50)?, micros(99)?);
    Some(())
}

/// Each chat asks so often; the chats again, and how long each ask took.
async fn ask_all<C: Chat>(chats: Vec<C>, asks: usize) -> Option<(Vec<C>, Vec<Duration>)> {
    let tasks: Vec<_> = chats
        .into_iter()
        .map(|mut chat| {
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(asks);
                for _ in 0..asks {
                    let start = Instant::now();
                    chat.ask().await?;
                    times.push(start.elapsed());
                }
                Some((chat, times))
            })
        })
        .collect();
    let (mut chats, mut times) = (vec![], vec![]);
    for task in tasks {
        let (chat, took) = task.await.ok()??;
        chats.push(chat);
        times.extend(took);
    }
    Some((chats, times))
}

/// Asks of a chat whose allocations are counted.
const COUNTED: usize = 32;

/// What this thread has run so far, in nanoseconds by Linux' own account; nothing here runs on another.
fn cpu() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
