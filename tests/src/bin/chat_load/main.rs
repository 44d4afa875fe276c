//! A thousand chats on the page's server for a minute, by loopback: how long people wait, what it takes, and that nothing is
//! lost when it is told to end. `tests/browser/load.sh [CHATS] [SECONDS]`
//!
//! Each chat is a person with a page of their own: they say something, read, look at the card for a second, and go on. At
//! the end, in the middle of it all, the server gets a SIGTERM. Exits with 1 if an answer that had begun does not end, or
//! an impression that was accepted does not reach the platform.

mod person;
mod report;
mod server;

use person::{Shared, talk};
use report::Report;
use server::Server;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

#[tokio::main]
async fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let (chats, seconds) = match (numbers.next(), numbers.next(), numbers.next()) {
        (None, None, None) => (1000, 60),
        (Some(Ok(chats)), None, None) => (chats, 60),
        (Some(Ok(chats)), Some(Ok(seconds)), None) => (chats, seconds),
        _ => return thrads_tests::usage(HELP),
    };
    match load(chats, Duration::from_secs(seconds)).await {
        Ok(report) => {
            print!("{report}");
            if report.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("chat_load: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn load(chats: u64, time: Duration) -> Result<Report, String> {
    let server = Server::start()?;
    // Everything is loopback in plain text; reqwest wants a provider all the same.
    let _is_there = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let shared = Arc::new(Shared::new(client, server.page.clone()));
    let memory_before = server.memory("VmRSS")?;
    let mut people = JoinSet::new();
    for number in 0..chats {
        people.spawn(talk(Arc::clone(&shared), number));
    }
    sleep(time).await;
    let memory = server.memory("VmRSS")?;
    let asks = shared.metrics("page_asks_total").await;
    shared.begin_to_end();
    server.terminate()?;
    // Whoever is being answered is answered to the end; the rest finds the door shut and goes home.
    timeout(Duration::from_secs(30), people.join_all()).await.map_err(|_| "people hang about")?;
    let ended = server.end()?;
    Ok(Report { chats, time, memory_before, memory, asks, ended, tally: shared.tally() })
}

const HELP: &str = "\
Puts people on the page's server by loopback, ends it with a SIGTERM in the middle of it all, and prints how long they waited
and what it took. The server is built by tests/browser/load.sh.

    chat_load                       a thousand chats for 60 seconds
    chat_load CHATS [SECONDS]       or so many

Exits 1 where an answer that had begun does not end or an accepted impression does not reach the platform, 2 where the server
does not run.
";
