//! What the programs here say of themselves.

use std::process::Command;

const PROGRAMS: [&str; 7] = [
    env!("CARGO_BIN_EXE_bench_server"),
    env!("CARGO_BIN_EXE_chat_load"),
    env!("CARGO_BIN_EXE_conform"),
    env!("CARGO_BIN_EXE_fleet_load"),
    env!("CARGO_BIN_EXE_pacing_model"),
    env!("CARGO_BIN_EXE_pacing_sim"),
    env!("CARGO_BIN_EXE_redaction_report"),
];

#[test]
fn help_goes_where_it_was_asked_for_and_what_makes_no_sense_is_an_error_that_says_the_same() {
    for program in PROGRAMS {
        let run = |argument| Command::new(program).arg(argument).output().unwrap();
        let (asked, odd) = (run("--help"), run("--no-such-thing"));
        assert_eq!((asked.status.code(), odd.status.code()), (Some(0), Some(2)), "{program}");
        assert!(asked.stderr.is_empty() && odd.stdout.is_empty(), "{program}");
        assert!(asked.stdout.len() > 100 && asked.stdout == odd.stderr, "{program}");
    }
}
