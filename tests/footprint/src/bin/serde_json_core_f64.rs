//! For comparison: the same answer with its price as a floating-point number.

#![no_std]
#![no_main]

use footprint::calls::with_price;
use footprint::opaque::text;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    with_price(text().as_bytes());
}
