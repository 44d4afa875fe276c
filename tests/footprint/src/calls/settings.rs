//! Provisioning and snapshots, which go through serde-json-core.

use crate::opaque::keep;
use thrads_core::Settings;

/// Reads a device's provisioning file.
#[inline(never)]
pub fn provision(file: &[u8]) -> Option<Settings> {
    Settings::from_json(file).ok()
}

/// Writes one.
#[inline(never)]
pub fn store(settings: &Settings, file: &mut [u8]) {
    keep(settings.to_json(file));
}
