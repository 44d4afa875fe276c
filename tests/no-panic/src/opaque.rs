//! Values that the optimiser knows nothing about, and a place for those it must not throw away.

use core::fmt::{self, Write};
use core::hint::black_box;

pub(crate) fn of<T>(value: T) -> T {
    black_box(value)
}

pub(crate) fn keep<T>(value: T) {
    black_box(value);
}

pub(crate) fn text() -> &'static str {
    black_box("")
}

pub(crate) fn number() -> u32 {
    black_box(0)
}

pub(crate) fn flag() -> bool {
    black_box(false)
}

/// Takes text and may be full at any time.
pub(crate) struct Sink;

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        keep(text);
        of(Ok(()))
    }
}

pub(crate) fn show(value: impl fmt::Display) {
    keep(write!(Sink, "{value}"));
}
