//! How deep the stack ever was: what is free is painted first and looked at afterwards.

use cortex_m::register::msp;

unsafe extern "C" {
    /// The end of the statics, where the stack must stop.
    static mut __sheap: u32;
    static mut _stack_start: u32;
}

/// Paints the free part of the stack; call first of all.
#[inline(never)]
pub fn paint() {
    let top = msp::read() as usize - MARGIN;
    let mut place = &raw mut __sheap;
    while (place as usize) < top {
        // SAFETY: between the statics and the stack's end there is nothing.
        unsafe { place.write_volatile(PAINT) };
        place = place.wrapping_add(1);
    }
}

/// The most bytes of stack that were ever in use.
pub fn high_water() -> usize {
    let top = &raw mut _stack_start as usize;
    let mut place = &raw mut __sheap;
    // SAFETY: reads memory below the stack's start only.
    while (place as usize) < top && unsafe { place.read_volatile() } == PAINT {
        place = place.wrapping_add(1);
    }
    top - place as usize
}

const PAINT: u32 = 0x5ca1_ab1e;
/// The frame of `paint` itself.
const MARGIN: usize = 128;
