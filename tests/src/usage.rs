//! What a program says of itself.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

/// Ends a program with its `help`: on standard output where the first argument asks for it, and as an error, status 2, where
/// arguments make no sense.
pub fn usage(help: &str) -> ExitCode {
    if matches!(std::env::args().nth(1).as_deref(), Some("--help" | "-h")) {
        // A reader that goes away has seen enough.
        let _nobody_reads = stdout().write_all(help.as_bytes());
        return ExitCode::SUCCESS;
    }
    let _nobody_reads = stderr().write_all(help.as_bytes());
    ExitCode::from(2)
}
