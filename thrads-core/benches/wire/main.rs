//! What building requests and reading answers costs, beside serde_json, serde-json-core and sonic-rs.
//!
//! `cargo bench -p thrads-core` prints, for each line, our time and what the others take of it. All contestants of a line
//! run in turn, round after round, and the medians are compared, so that a noisy machine is noisy for all of them alike.

mod build;
mod read;
mod rounds;
#[path = "../samples/mod.rs"]
mod samples;

use std::io::IsTerminal;

fn main() {
    // `cargo test --benches` asks only whether it runs.
    let rounds = if std::env::args().any(|word| word == "--bench") { 301 } else { 1 };
    if !std::io::stdout().is_terminal() {
        println!(
            "median of {rounds} interleaved rounds; a ratio is the other's time by ours, above 1 we are ahead\n"
        );
    }
    println!(
        "{:<38} {:>9}  {:>10} {:>15} {:>8}",
        "", "ours", "serde_json", "serde-json-core", "sonic-rs"
    );
    let mut behind = build::lines(rounds);
    behind += read::lines(rounds);
    println!("\n{behind} ratios are below 1");
}
