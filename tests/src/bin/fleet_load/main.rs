//! Four processes of 64 chats each behind one key, against the strict sandbox at 40 requests a second.
//!
//! Prints a table for each of four runs: undisturbed, with Redis killed and restarted half-way, with one replica's clock an
//! hour off, and while people have caps. Exits 1 when a promise is broken, 0 when all hold, and 0 with a reason where there is
//! no Redis. A run in which the machine itself stood still, so that a promise looks broken, is measured again, three times at
//! most.

mod replica;
mod run;
mod stall;
mod table;

use run::{Disturbance, Run};
use std::process::ExitCode;
use std::time::Duration;
use thrads_tests::RedisServer;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Some(60),
        ["--seconds", seconds] => seconds.parse().ok().filter(|seconds| *seconds >= 20),
        [replica::COMMAND, ref rest @ ..] => return replica::main(rest),
        _ => None,
    };
    let Some(seconds) = seconds else {
        return thrads_tests::usage(HELP);
    };
    let disturbances =
        [Disturbance::None, Disturbance::RedisGone, Disturbance::ClockOff, Disturbance::Caps];
    let mut is_kept = true;
    for disturbance in disturbances {
        let mut attempts = 0;
        loop {
            let Some(redis) = RedisServer::start(&[]) else { return ExitCode::SUCCESS };
            let time = Duration::from_secs(seconds);
            let Some(run) = Run::measure(disturbance, time, redis) else { break };
            attempts += 1;
            if table::print(&run) {
                break;
            }
            if run.stood_still < TOO_LONG || attempts == ATTEMPTS {
                is_kept = false;
                break;
            }
            let stood_still = run.stood_still.as_millis();
            println!("  the machine stood still for {stood_still} ms, so this is measured again");
        }
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A send time holds for 26 ms, and a second has room for requests that come 41 ms late: this much is left for the way.
const TOO_LONG: Duration = Duration::from_millis(15);
const ATTEMPTS: u32 = 4;
const HELP: &str = "\
Runs four processes of 64 chats each behind one key, against the strict sandbox at 40 requests a second and a Redis of its
own: undisturbed, with Redis killed and restarted, with a clock an hour off, and while people have caps. Prints a table each.

    fleet_load                  60 seconds a run
    fleet_load --seconds N      or N of them, 20 at least

Exits 1 when a promise is broken, 0 when all hold, and 0 with a reason where there is no redis-server.
";
