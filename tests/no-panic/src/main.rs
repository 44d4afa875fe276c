//! Links only if no public entry of thrads-core can reach a panic.
//!
//! The panic handler refers to a symbol that does not exist. The linker drops what nothing reaches, so the symbol is
//! missed exactly when the optimiser could not prove every panic away. Each entry is called with arguments that it
//! knows nothing about. Never run.
//!
//! Left out are `Settings::from_json` and `to_json`, since serde-json-core keeps panics of its own, and `Debug`, which
//! is the compiler's.

#![no_std]
#![no_main]

mod calls;
mod opaque;

#[unsafe(no_mangle)]
extern "C" fn entry() {
    calls::all();
    #[cfg(feature = "break")]
    opaque::keep(planted_index(opaque::text().as_bytes()));
}

#[cfg(feature = "break")]
fn planted_index(bytes: &[u8]) -> u8 {
    bytes[3]
}

#[cfg(not(feature = "handler"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn this_image_can_panic() -> !;
    }
    // SAFETY: an image that holds this call does not link.
    unsafe { this_image_can_panic() }
}

#[cfg(feature = "handler")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    // Looked at, or panics of different kinds would be merged under one name.
    opaque::keep(info);
    loop {
        core::hint::spin_loop();
    }
}
