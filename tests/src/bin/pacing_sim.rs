//! Plays a day of a thousand kiosks, prints what came of it and draws it.

use std::process::ExitCode;
use thrads_tests::sim::{Fleet, broken, picture, table};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let file = match arguments.as_slice() {
        [] => "target/pacing_sim.svg",
        [file] if !file.starts_with('-') => file,
        _ => return thrads_tests::usage(HELP),
    };
    let start = std::time::Instant::now();
    let fleets = Fleet::all();
    let days = fleets.map(|fleet| fleet.play(KIOSKS));
    println!("{KIOSKS} kiosks from 9 to 21, the platform out from 14:00 to 14:20\n");
    print!("{}", table(&fleets, &days));
    println!("\n{} days in {:.1} s", days.len(), start.elapsed().as_secs_f32());
    if let Err(error) = std::fs::write(file, picture(&fleets, &days)) {
        eprintln!("pacing_sim: {file}: {error}");
        return ExitCode::from(2);
    }
    println!("drawn in {file}");
    let broken = broken(&days);
    broken.iter().for_each(|what| println!("broken: {what}"));
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const KIOSKS: usize = 1000;
const HELP: &str = "\
Plays a day of a thousand kiosks with each way of pacing, prints what came of it and draws it.

    pacing_sim              the picture goes to target/pacing_sim.svg
    pacing_sim FILE.svg     or there

Exits 1 where a promise is broken, 2 where the picture cannot be written.
";
