//! Every format of ad laid out, drawn and touched. The core's `card`, which cleans the text, is in it.

#![no_std]
#![no_main]

use core::hint::black_box;
use embedded_graphics::prelude::*;
use kiosk_display::{Card, CodeMemory, Theme, Votes};
use kiosk_display_size::Display;
use thrads_core::{Ad, UnknownAd};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let ad: Ad<&str> = black_box(Ad::Unknown(UnknownAd { raw: "" }));
    let votes = Votes { rows: black_box(&[]), chosen: black_box(None) };
    let mut memory = CodeMemory::new();
    let card = match black_box(false) {
        true => Card::after_vote(&ad, votes, Display.size(), &mut memory),
        false => Card::new(&ad, Display.size(), &mut memory),
    };
    let Ok(card) = card else { return };
    black_box(card.touched(black_box(Point::zero())));
    let Ok(()) = card.draw(&Theme::colour(), &mut Display);
}
