//! What the images call. Each image in `bin/` is the smallest program that has one part of thrads-core in it; `stack/`
//! makes the same calls on answers such as the platform gives.

#![no_std]

pub mod answers;
pub mod calls;
pub mod opaque;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
