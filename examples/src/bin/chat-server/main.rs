//! A chat page that earns with its answers: `cargo run --bin chat-server`.
//!
//! Without a key it starts the sandbox platform inside itself. What it shows beside the chat: the key stays here, an
//! impression leaves as a sealed token and comes back once a person could see the card, and whatever the platform does,
//! the chat goes on. Sections 4 and 5 of the wire contract.

mod address;
mod app;
mod args;
mod assistant;
mod card;
mod chats;
mod choice;
mod counters;
mod engage;
mod ledger;
mod operator;
mod page;
mod person;
mod platform;
mod random;
mod relay;
mod reply;
mod seal;
mod seen;
mod serve;
mod shelf;
mod starters;
mod transcript;
mod turn;

use args::{Action, Args};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)) {
        Ok(Action::Print(text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Ok(Action::Pass(args, device)) => {
            pass(&args, &device).unwrap_or_else(|problem| usage(&problem))
        }
        Ok(Action::Run(args)) => run(&args).unwrap_or_else(|problem| usage(&problem)),
        Err(problem) => usage(&problem),
    }
}

fn run(args: &Args) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(serve::serve(args))
}

/// Prints what a device is provisioned with.
fn pass(args: &Args, device: &str) -> Result<ExitCode, String> {
    let relay = relay::start(&args.relay)?.ok_or("--relay-pass needs --relay")?;
    println!("{}", relay.pass(device).ok_or(args::DEVICE)?);
    Ok(ExitCode::SUCCESS)
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("chat-server: {problem} (see chat-server --help)");
    ExitCode::from(2)
}
