//! Answers conformance lines on standard input, one line each, until the input ends.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().len() > 1 { thrads_tests::usage(HELP) } else { run() }
}

fn run() -> ExitCode {
    match thrads_tests::serve(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("conform: {error}");
            ExitCode::FAILURE
        }
    }
}

const HELP: &str = "\
Reads conformance cases on standard input, one JSON object a line, and writes one answer a line.

    conform < tests/fixtures/read_v1.cases.jsonl

A line that is no case is answered with \"error\":\"unreadable\", a case that this version
cannot run with \"error\":\"unsupported\". Exits 0 at the end of input.
";
