//! A listener at `TRACE` over everything that this process does, in every test of it.
//!
//! It fails where the word is: a line that holds a key, an id, an address or a word of a conversation panics in the thread
//! that logged it, and is kept for [`assert_quiet`] in case that thread is nobody's test.

use std::fmt::{self, Write};
use std::sync::{Mutex, Once};

use thrads_sandbox::{PRODUCTION_KEY, STAGING_KEY};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::rig::{ADDRESS, AGENT, ANSWERED, CHAT, PERSON, SAID};

/// Lines of thrads-std, all of them; and lines of anybody that hold a secret.
static OURS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen, once a process.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Listener).unwrap();
        log::set_boxed_logger(Box::new(Listener)).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// Nothing has leaked so far, from any test.
pub(crate) fn assert_quiet() {
    assert_eq!(*LEAKS.lock().unwrap(), Vec::<String>::new());
}

/// What thrads-std has logged so far that holds all of these.
pub(crate) fn lines_with(parts: &[&str]) -> Vec<String> {
    let ours = OURS.lock().unwrap();
    ours.iter().filter(|line| parts.iter().all(|part| line.contains(part))).cloned().collect()
}

struct Listener;

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = format!("span {}", span.metadata().name());
        span.record(&mut Words(&mut line));
        hear(line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = "span thrads.ask".to_owned();
        values.record(&mut Words(&mut line));
        hear(line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut line = format!("{} {}", metadata.level(), metadata.target());
        event.record(&mut Words(&mut line));
        hear(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

fn hear(line: String) {
    let fixed = [STAGING_KEY, PRODUCTION_KEY, PERSON, CHAT, ADDRESS, AGENT].into_iter();
    let words = SAID.split(' ').chain(ANSWERED.split(' ')).filter(|word| word.len() > 5);
    let is_leak = fixed.chain(words).any(|secret| line.contains(secret));
    if is_leak {
        LEAKS.lock().unwrap().push(line.clone());
    }
    assert!(!is_leak, "a log holds a secret: {line}");
    if line.contains("thrads") {
        OURS.lock().unwrap().push(line);
    }
}
