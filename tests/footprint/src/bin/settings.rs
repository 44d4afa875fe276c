//! Provisioning and snapshots, in JSON.

#![no_std]
#![no_main]

use footprint::calls::{provision, store};
use footprint::opaque::{buffer, text};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    if let Some(settings) = provision(text().as_bytes()) {
        store(&settings, buffer(&mut [0; 64]));
    }
}
