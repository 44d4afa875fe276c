//! An ad as speech.

#![no_std]
#![no_main]

use footprint::calls::speak;
use footprint::opaque::of;
use thrads_core::{Ad, UnknownAd};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    speak(&of(Ad::Unknown(UnknownAd { raw: "" })));
}
