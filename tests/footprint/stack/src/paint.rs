//! The stack that a call takes: what of the paint under it is gone afterwards.

use core::hint::black_box;

unsafe extern "C" {
    /// The end of static memory, by cortex-m-rt's linker script; the stack grows down to it.
    static mut __sheap: u32;
}

/// Bytes of stack that `call` took, what it returned included.
#[inline(never)]
pub(crate) fn measure(call: impl FnOnce()) -> usize {
    let top = paint();
    run(call);
    top.saturating_sub(lowest_used(top))
}

/// A frame of its own for what is inlined into the call, or it would lie above the paint.
#[inline(never)]
fn run(call: impl FnOnce()) {
    black_box(call)();
}

/// Paints all of the stack that is free, and returns where that begins.
#[inline(never)]
fn paint() -> usize {
    let top = cortex_m::register::msp::read() as usize;
    let mut word = &raw mut __sheap;
    while (word as usize) < top {
        // SAFETY: from the end of static memory up to the stack pointer nothing lives; there are no interrupts.
        unsafe { word.write_volatile(PAINT) };
        word = word.wrapping_add(1);
    }
    top
}

fn lowest_used(top: usize) -> usize {
    let mut word = &raw mut __sheap;
    // SAFETY: reads memory that `paint` has written.
    while (word as usize) < top && unsafe { word.read_volatile() } == PAINT {
        word = word.wrapping_add(1);
    }
    word as usize
}

const PAINT: u32 = 0xc0de_face;
