//! Nothing: what the others are measured against.

#![no_std]
#![no_main]

use footprint::opaque::{buffer, keep, text};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    keep(text());
    keep(buffer(&mut [0; 64]));
}
