//! One flash for several parts of the program: what a device is set up with, reports that wait, the last time of day.
//!
//! Between a board's flash and those that keep something in it. Each has pages of its own there, and they may run on different
//! executors.

use core::cell::RefCell;
use embassy_embedded_hal::flash::partition::BlockingPartition;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;

/// The flash of a board, in a static.
pub type SharedFlash<F> = Mutex<Raw, RefCell<F>>;

/// A way to it, or to a part of it: `Pages::new(&FLASH, offset, bytes)`. Interrupts wait while it is used, as they do for flash
/// anyway.
pub type Pages<F> = BlockingPartition<'static, Raw, F>;
