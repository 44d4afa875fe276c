//! The program without a runtime, as a user runs it.

use std::process::{Command, Output, Stdio};

fn blocking(options: &[&str], stdout: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_blocking"));
    command.env_remove("THRADS_API_KEY").env_remove("THRADS_API_KEY_FILE");
    command.args(options).stdout(stdout).output().expect("it is built")
}

#[test]
fn an_exchange_earns_an_impression() {
    let output = blocking(&[], Stdio::piped());
    let said = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Sponsored") && told.contains("reported to 2"), "{said}{told}");
}

#[test]
fn nobody_who_reads_is_an_error_and_no_panic() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = blocking(&[], writer.into());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_option_is_refused_and_not_passed_over() {
    let output = blocking(&["--help"], Stdio::piped());
    assert!(!output.status.success() && output.stdout.is_empty());
}
