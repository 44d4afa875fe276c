//! What mbedtls wants of the board: the time, and anchors as text. Its heap is the radio's.

use core::ffi::CStr;
use heapless::CString;
use kiosk_app::{PEM_BYTES, Provision};
use mbedtls_rs::sys::hook::timer::hook_timer;
use mbedtls_rs::sys::hook::wall_clock::hook_wall_clock;
use static_cell::StaticCell;
use thrads_embassy::EmbassyClock;

/// Has mbedtls ask `clock` for the time; the anchors of `provision`.
pub fn start(provision: &Provision, clock: &'static EmbassyClock) -> &'static CStr {
    static ANCHORS: StaticCell<CString<PEM_BYTES>> = StaticCell::new();
    // SAFETY: before any TLS, and the clock is there for good.
    unsafe {
        hook_timer(Some(clock));
        hook_wall_clock(Some(clock));
    }
    ANCHORS.init_with(|| provision.pem())
}
