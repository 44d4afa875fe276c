//! Explores the pacing machine in every order of events, and finds planted mistakes.

use std::process::ExitCode;
use thrads_tests::model::{Mutant, Pacing, Scene};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => status(explore_all() & find(&Mutant::ALL)),
        ["--mutate", "all"] => status(find(&Mutant::ALL)),
        ["--mutate", name] => match name.parse::<Mutant>() {
            Ok(mutant) => status(find(&[mutant])),
            Err(()) => usage(),
        },
        _ => usage(),
    }
}

/// Whether every invariant holds in every scene, over a million states at least.
fn explore_all() -> bool {
    println!("{:34}{:>12}{:>12}{:>8}{:>9}", "scene", "states", "steps", "depth", "seconds");
    let (mut states, mut holds) = (0, true);
    for scene in Scene::ALL {
        let explored = Pacing { scene, mutant: None }.explore(threads());
        println!(
            "{:34}{:>12}{:>12}{:>8}{:>9.1}",
            scene.name,
            explored.states,
            explored.steps,
            explored.depth,
            explored.took.as_secs_f32(),
        );
        for (invariant, steps) in &explored.broken {
            println!("broken: {invariant}: {}", steps.join(", "));
        }
        states += explored.states;
        holds &= explored.broken.is_empty();
    }
    println!("{states} states, {}\n", if holds { "every invariant holds" } else { "BROKEN" });
    holds && states >= LEAST_STATES
}

/// Whether each mistake is found, by its invariant.
fn find(mutants: &[Mutant]) -> bool {
    let mut found_all = true;
    for mutant in mutants {
        let invariant = mutant.breaks().invariant();
        let explored = Pacing { scene: mutant.scene(), mutant: Some(*mutant) }.explore(threads());
        match explored.broken.iter().find(|(broken, _)| *broken == invariant) {
            Some((_, steps)) => println!("{mutant:16} found: {invariant}: {}", steps.join(", ")),
            None => println!("{mutant:16} NOT FOUND: {invariant}"),
        }
        found_all &= explored.broken.iter().any(|(broken, _)| *broken == invariant);
    }
    found_all
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn status(is_right: bool) -> ExitCode {
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    let names: Vec<_> = Mutant::ALL.iter().map(|mutant| mutant.name()).collect();
    thrads_tests::usage(&HELP.replace("NAMES", &names.join(" ")))
}

const LEAST_STATES: usize = 1_000_000;
const HELP: &str = "\
Explores the pacing machine in every order of events, and shows that planted mistakes are found.

    pacing_model                    every scene, then every mistake
    pacing_model --mutate all       every mistake
    pacing_model --mutate NAME      one of: NAMES

Exits 1 where an invariant does not hold, too few states were seen or a mistake is not found.
";
