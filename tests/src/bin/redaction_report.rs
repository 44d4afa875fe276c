//! Prints how much of a labelled corpus the scrubber finds, and how many clean lines it touches.

use std::io::Write;
use std::process::ExitCode;
use thrads_tests::redaction::{
    MAX_TOUCHED_PERCENT, MIN_RECALL_PERCENT, Tally, Wrong, corpora, difference, parse,
};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => own(),
        [file] if !file.starts_with('-') => foreign(file),
        _ => return thrads_tests::usage(HELP),
    };
    match result {
        Ok((report, is_met)) => {
            // Whoever reads its first lines only, as `head` does, has seen enough.
            let _nobody_reads = std::io::stdout().write_all(report.as_bytes());
            if is_met {
                return ExitCode::SUCCESS;
            }
            eprintln!(
                "redaction_report: under the goals: {MIN_RECALL_PERCENT} % found, at most {MAX_TOUCHED_PERCENT} % of clean lines touched"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("redaction_report: {error}");
            ExitCode::from(2)
        }
    }
}

/// The corpora of the repository, each by itself and all of them, and whether each meets the goals.
fn own() -> Result<(String, bool), String> {
    let (mut report, mut all) = (String::new(), Tally::default());
    let mut is_met = true;
    let corpora = corpora();
    for (name, text) in &corpora {
        let tally = counted(name, text)?;
        report += &format!("Written {name} the scrubber:\n\n{tally}\n");
        is_met &= tally.meets_the_goals();
        all = all.and(&tally);
    }
    report += &format!("All:\n\n{all}\n");
    Ok((report, is_met && all.meets_the_goals()))
}

fn foreign(file: &str) -> Result<(String, bool), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let tally = counted(file, &text)?;
    Ok((tally.to_string(), tally.meets_the_goals()))
}

/// The counts; what differs goes to standard error.
fn counted(name: &str, text: &str) -> Result<Tally, String> {
    let lines = parse(text).map_err(|wrong: Wrong| format!("{name}: {wrong}"))?;
    if lines.is_empty() {
        return Err(format!("{name}: no line"));
    }
    lines.iter().filter_map(difference).for_each(|difference| eprintln!("{name}, {difference}"));
    Ok(Tally::of(&lines))
}

const HELP: &str = "\
Prints a table of how much of a labelled corpus the scrubber finds, by kind and language, and of
how many clean lines it touches. Lines where it differs from the labels go to standard error.

    redaction_report          the corpora in tests/fixtures/redaction
    redaction_report FILE     one of the same format, which stands in their README

Exits 1 where it finds less than 99 % or touches more than 1 % of the clean lines, 2 where a
corpus cannot be read.
";
