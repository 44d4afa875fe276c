//! Nothing: what the other is measured against.

#![no_std]
#![no_main]

use embedded_graphics::prelude::*;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    core::hint::black_box(kiosk_display_size::Display.size());
}
