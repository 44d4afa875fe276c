//! For comparison: one answer without numbers, read by serde-json-core.

#![no_std]
#![no_main]

use footprint::calls::without_numbers;
use footprint::opaque::text;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    without_numbers(text().as_bytes());
}
