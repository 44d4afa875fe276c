//! The key's budget: rate, and what the platform's headers say of it.

#![no_std]
#![no_main]

use footprint::calls::budget;
use footprint::opaque::of;
use thrads_core::Rate;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    budget(&mut of(Rate::default()));
}
