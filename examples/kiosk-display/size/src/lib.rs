//! A display that takes what it is given, and what both images need.

#![no_std]

use core::convert::Infallible;
use core::hint::black_box;
use embedded_graphics::{pixelcolor::Rgb565, prelude::*};

/// A display without memory.
pub struct Display;

impl OriginDimensions for Display {
    fn size(&self) -> Size {
        black_box(Size::new(320, 240))
    }
}

impl DrawTarget for Display {
    type Color = Rgb565;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(
        &mut self,
        dots: I,
    ) -> Result<(), Infallible> {
        dots.into_iter().for_each(|dot| {
            black_box(dot);
        });
        Ok(())
    }
}

/// The crate unifont links `alloc` for what is not used here.
#[cfg(feature = "unifont")]
#[global_allocator]
static NOTHING: Nothing = Nothing;

/// Has nothing to give.
#[cfg(feature = "unifont")]
struct Nothing;

#[cfg(feature = "unifont")]
// SAFETY: null is what an allocator answers when there is no memory, and so there is nothing to give back.
unsafe impl core::alloc::GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
