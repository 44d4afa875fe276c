//! The same call against the same loopback sandbox: through thrads-std, through reqwest and serde_json as a user would write
//! it by hand, and through Python's `requests`.
//!
//! One table from one run: each client in processes of its own, five rounds in turns, the median of each figure, and ratios
//! to the client written by hand.

mod bare;
mod by_hand;
mod contestant;
mod ours;
mod python;
mod said;
mod table;

use contestant::{Client, Figures};
use std::process::ExitCode;
use thrads_sandbox::{Config, Sandbox};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (rounds, asks) = match arguments[..] {
        [] => (5, 8000),
        ["--rounds", rounds, "--asks", asks] => match (rounds.parse(), asks.parse()) {
            (Ok(rounds), Ok(asks)) if rounds > 0 && asks >= 100 => (rounds, asks),
            _ => return thrads_tests::usage(HELP),
        },
        [contestant::COMMAND, client, base, asks] => return contestant::main(client, base, asks),
        _ => return thrads_tests::usage(HELP),
    };
    let config = Config { always_match: true, limit: u32::MAX, ..Config::default() };
    let Ok(sandbox) = Sandbox::start(config) else { return ExitCode::FAILURE };
    let base = sandbox.base_url();
    let mut met: Vec<(Client, Vec<Figures>)> = Client::ALL.map(|client| (client, vec![])).into();
    for _ in 0..rounds {
        for (client, figures) in &mut met {
            figures.extend(client.run(&base, asks));
        }
        // There and back, so that none always comes behind Python, whose second of work at full load is felt by the next.
        met.reverse();
    }
    if table::print(&met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const HELP: &str = "\
Compares thrads-std with reqwest and serde_json as a user would write it, with reqwest alone, and with Python's `requests`:
the same call against one loopback sandbox, each client in processes of its own, medians of rounds that go there and back.

    bench_server                            five rounds of 8000 asks
    bench_server --rounds N --asks N        or so many, of 100 asks at least

Exits 1 where a goal is missed.
";
