//! Hiding what tells who somebody is.

#![no_std]
#![no_main]

use footprint::calls::hide;
use footprint::opaque::text;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    hide(text(), text());
}
