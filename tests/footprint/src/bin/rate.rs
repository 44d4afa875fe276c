//! The key's budget, what the platform's headers say of it, and a person's caps.

#![no_std]
#![no_main]

use footprint::calls::{budget, caps};
use footprint::opaque::of;
use thrads_core::{Caps, Rate, User};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    budget(&mut of(Rate::default()));
    caps(&mut of(User::new(of(Caps::default()))));
}
