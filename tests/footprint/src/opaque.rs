//! Values that the optimiser knows nothing about, and a place for those it must not throw away.

use core::fmt::{self, Write};
use core::hint::black_box;

pub fn of<T>(value: T) -> T {
    black_box(value)
}

/// Looked at where it stands: a copy would be the image's and not the core's.
#[inline(always)]
pub fn keep<T>(value: T) {
    black_box(&value);
}

pub fn text() -> &'static str {
    black_box("")
}

/// Memory for an answer, of a length that is not known.
pub fn buffer(memory: &mut [u8]) -> &mut [u8] {
    black_box(memory)
}

/// A display that takes what it is given.
pub struct Display;

impl Write for Display {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        keep(text);
        of(Ok(()))
    }
}
