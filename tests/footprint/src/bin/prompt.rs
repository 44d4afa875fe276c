//! The v1 prompt API with turn pacing.

#![no_std]
#![no_main]

use footprint::calls::{prompt_answer, prompt_request, publisher};
use footprint::opaque::{buffer, of};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let Some(publisher) = publisher() else { return };
    prompt_request(&publisher, buffer(&mut [0; 64]));
    prompt_answer(of(200), buffer(&mut [0; 64]));
}
