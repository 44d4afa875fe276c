//! Four processes of 64 chats each behind one key, against the strict sandbox at 40 requests a second.
//!
//! Prints a table for each of three runs: undisturbed, with Redis killed and restarted half-way, and with one replica's
//! clock an hour off. Exits 1 when a promise is broken, 0 when all hold, and 0 with a reason where there is no Redis.
//!
//! `fleet_load [--seconds N]`: how long a run is measured, 60 by default.

mod replica;
mod run;
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
        eprintln!("usage: fleet_load [--seconds N], 20 at least");
        return ExitCode::from(2);
    };
    let disturbances = [Disturbance::None, Disturbance::RedisGone, Disturbance::ClockOff];
    let mut is_kept = true;
    for disturbance in disturbances {
        let Some(redis) = RedisServer::start(&[]) else { return ExitCode::SUCCESS };
        let Some(run) = Run::measure(disturbance, Duration::from_secs(seconds), redis) else {
            continue;
        };
        is_kept &= table::print(&run);
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
