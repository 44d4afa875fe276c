//! An ad as a card.

#![no_std]
#![no_main]

use footprint::calls::show;
use footprint::opaque::of;
use thrads_core::{Ad, UnknownAd};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    show(&of(Ad::Unknown(UnknownAd { raw: "" })));
}
