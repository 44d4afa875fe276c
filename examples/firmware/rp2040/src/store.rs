//! The flash of a Pico W, and what lies where in it: from its end, two slots, reports that wait, the last time of day.

use core::cell::RefCell;
use core::ops::Range;
use embassy_rp::Peri;
use embassy_rp::flash::{Blocking, Flash};
use embassy_rp::peripherals::FLASH;
use kiosk_app::{LastTime, Pages, SLOT_BYTES, SharedFlash, Slots};
use static_cell::StaticCell;

type Chip = Flash<'static, FLASH, Blocking, BYTES>;
pub type Part = Pages<Chip>;
pub type Store = Slots<Part>;
pub type Last = LastTime<Part>;

/// What a device is set up with, and the last time that it knew.
pub fn open(flash: Peri<'static, FLASH>) -> (Store, Last) {
    static CHIP: StaticCell<SharedFlash<Chip>> = StaticCell::new();
    let chip = CHIP.init(SharedFlash::new(RefCell::new(Flash::new_blocking(flash))));
    let part = Part::new(chip, 0, BYTES as u32);
    (Store::new(part.clone(), SLOTS_AT), Last::new(part, LAST_AT))
}

/// Four sectors for reports that wait.
pub const REPORTS: Range<u32> = SLOTS_AT - 4 * SECTOR..SLOTS_AT;
const BYTES: usize = 2 * 1024 * 1024;
const SECTOR: u32 = SLOT_BYTES as u32;
const SLOTS_AT: u32 = BYTES as u32 - 2 * SECTOR;
const LAST_AT: u32 = REPORTS.start - 2 * SECTOR;
