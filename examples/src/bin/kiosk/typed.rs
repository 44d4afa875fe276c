//! What a person types, line by line, and whether they have typed while something else goes on.

use crate::screen::{Screen, write};
use std::io::BufRead;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Lines of a person at the terminal.
pub(crate) type Lines = mpsc::Receiver<String>;

/// Lines from the terminal, read on a thread of their own since a read cannot be given up.
pub(crate) fn typed_lines() -> Lines {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            // A terminal may be set to another encoding.
            if sender.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line; `None` at the end of input and on Ctrl-C.
pub(crate) async fn next_line(lines: &mut Option<Lines>, screen: &Screen) -> Option<String> {
    screen.prompt();
    let line = tokio::select! {
        line = lines.as_mut()?.recv() => line,
        _ = tokio::signal::ctrl_c() => None,
    };
    if line.is_none() {
        write(format_args!("\n"));
    }
    line
}

/// Ends when the person has typed a line, which is left for the conversation, or at Ctrl-C; never where nobody types.
pub(crate) async fn interrupted(lines: &mut Option<Lines>) {
    if lines.is_none() {
        return std::future::pending().await;
    }
    while !has_typed(lines) {
        sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn has_typed(lines: &Option<Lines>) -> bool {
    lines.as_ref().is_some_and(|lines| !lines.is_empty() || lines.is_closed())
}
