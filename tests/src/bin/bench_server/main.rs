//! The same call against the same loopback sandbox: through thrads-std, through reqwest and serde_json as a user would write
//! it by hand, and through Python's `requests`.
//!
//! One table from one run: each client in a process of its own. Rounds are short, and each is held against the client written
//! by hand in the same round, so that what else the machine does in these seconds meets all alike.

mod asking;
mod bare;
mod by_hand;
mod contestant;
mod ours;
mod python;
mod said;
mod table;

use contestant::{Client, Contestant};
use std::process::ExitCode;
use thrads_sandbox::{Config, Sandbox};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [contestant::COMMAND, client, base, chats] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return asking::main(client, base, chats);
    }
    let Some(Scale { rounds, chats, asks }) = Scale::of(&arguments) else {
        return thrads_tests::usage(HELP);
    };
    let config = Config { always_match: true, limit: u32::MAX, ..Config::default() };
    let Ok(sandbox) = Sandbox::start(config) else { return ExitCode::FAILURE };
    let start = |client| Contestant::start(client, &sandbox.base_url(), chats);
    let mut contestants: Vec<Contestant> = Client::ALL.into_iter().filter_map(start).collect();
    for round in 0..rounds {
        if round % TOLD == 0 {
            eprintln!("round {} of {rounds}", round + 1);
        }
        contestants.iter_mut().for_each(|contestant| contestant.run(asks));
        // There and back, so that none always comes behind Python, whose work at full load is felt by the next.
        contestants.reverse();
    }
    if table::print(contestants) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Scale {
    rounds: usize,
    chats: usize,
    /// Of each chat in a round.
    asks: usize,
}

impl Scale {
    fn of(arguments: &[String]) -> Option<Self> {
        // One chat at a time: more of them cost Python, whose threads wait for each other, and nobody else.
        let mut scale = Self { rounds: 150, chats: 1, asks: 400 };
        for option in arguments.chunks(2) {
            let [name, value] = option else { return None };
            let value = value.parse().ok().filter(|value| *value > 0)?;
            match name.as_str() {
                "--rounds" => scale.rounds = value,
                "--chats" => scale.chats = value,
                "--asks" => scale.asks = value,
                _ => return None,
            }
        }
        Some(scale)
    }
}

/// Rounds between two lines that say how far it is.
const TOLD: usize = 30;
const HELP: &str = "\
Compares thrads-std with reqwest and serde_json as a user would write it, with reqwest alone, and with Python's `requests`:
the same call against one loopback sandbox, each client in a process of its own on one core, in rounds that go there and
back; medians of all rounds, and of the ratios to the client written by hand in the same round. Takes a minute.

    --rounds N    so many [150]
    --chats N     so many chats ask at once, each in its own task, in Python in its own thread [1]
    --asks N      each of them so often in a round, in Python a tenth of that [400]

Exits 1 where a goal is missed.
";
