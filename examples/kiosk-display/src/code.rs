//! The click URL as a QR code: how a person without a browser at hand follows an ad.
//!
//! Showing a code is not a click, and nothing here or in the core fetches the URL: the person's telephone does, and that
//! is the click (wire contract section 5).

use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use qrcodegen_no_heap::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Light modules around a code that readers need to find it (ISO/IEC 18004); they are part of [`Code::modules`].
pub const QUIET_ZONE: u32 = 4;

/// The fewest pixels to a module on a display. A camera does not tell single pixels apart.
pub const MIN_MODULE: u32 = 2;

/// Where a code is made and stays while it is shown: 4,696 bytes, enough for a URL of 1,732. Make it a static.
pub struct CodeMemory {
    code: [u8; BYTES],
    scratch: [u8; BYTES],
}

/// A URL as a square of dark and light modules, with its quiet zone.
pub struct Code<'m> {
    qr: QrCode<'m>,
    module: u32,
}

impl CodeMemory {
    /// Empty memory.
    pub const fn new() -> Self {
        Self { code: [0; BYTES], scratch: [0; BYTES] }
    }
}

impl Default for CodeMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl<'m> Code<'m> {
    /// Makes the code of `url` that a square of `side` pixels shows best: with the largest modules; with those, of
    /// medium error correction if that has room, else low; and of a higher one where it costs no module. `None` if the
    /// URL is too long for modules of `least` pixels ([`MIN_MODULE`] on a display); 0 counts as 1.
    pub fn fit(url: &str, side: u32, least: u32, memory: &'m mut CodeMemory) -> Option<Self> {
        let plan = Plan::new(url, side, least, memory)?;
        let CodeMemory { code, scratch } = memory;
        let Plan { level, version, length, module } = plan;
        let qr = QrCode::encode_codewords(code, length, scratch, level, version, Some(MASK));
        Some(Self { qr, module })
    }

    /// Whether [`Code::fit`] would make a code, which this finds out faster.
    pub(crate) fn fits(url: &str, side: u32, least: u32, memory: &mut CodeMemory) -> bool {
        Plan::new(url, side, least, memory).is_some()
    }

    /// Modules on a side, the quiet zone among them.
    pub fn modules(&self) -> u32 {
        modules(self.qr.version())
    }

    /// Pixels on a side, the quiet zone among them.
    pub fn side(&self) -> u32 {
        self.modules() * self.module
    }

    /// Whether a module is dark; those of the quiet zone and beyond are not.
    pub fn is_dark(&self, column: u32, row: u32) -> bool {
        let inside = |at: u32| at.checked_sub(QUIET_ZONE).and_then(|at| i32::try_from(at).ok());
        match (inside(column), inside(row)) {
            (Some(x), Some(y)) => self.qr.get_module(x, y),
            _ => false,
        }
    }

    pub(crate) fn draw<D: DrawTarget>(
        &self,
        top_left: Point,
        (light, dark): (D::Color, D::Color),
        target: &mut D,
    ) -> Result<(), D::Error> {
        target.fill_solid(&Rectangle::new(top_left, Size::new_equal(self.side())), light)?;
        for row in 0..self.modules() {
            for column in (0..self.modules()).filter(|column| self.is_dark(*column, row)) {
                let corner = top_left + Size::new(column * self.module, row * self.module);
                target.fill_solid(&Rectangle::new(corner, Size::new_equal(self.module)), dark)?;
            }
        }
        Ok(())
    }
}

/// A code of which the words are written and the modules are not drawn yet.
struct Plan {
    level: QrCodeEcc,
    version: Version,
    /// Bytes of the words.
    length: usize,
    module: u32,
}

impl Plan {
    fn new(url: &str, side: u32, least: u32, memory: &mut CodeMemory) -> Option<Self> {
        let segments = [QrSegment::make_bytes(url.as_bytes())];
        let most = (side / modules(Version::MIN)).min(MAX_MODULE);
        let modules = (least.max(1)..=most).rev();
        modules.filter_map(|module| Some((module, largest(side / module)?))).find_map(
            |(module, largest)| {
                LEVELS.iter().find_map(|level| {
                    let (out, least) = (&mut memory.code, Version::MIN);
                    QrCode::encode_segments_to_codewords(
                        &segments, out, *level, least, largest, true,
                    )
                    .map(|(length, level, version)| Self { level, version, length, module })
                    .ok()
                })
            },
        )
    }
}

/// Modules on a side of a code of this version and its quiet zone.
fn modules(version: Version) -> u32 {
    u32::from(version.value()) * 4 + 17 + 2 * QUIET_ZONE
}

/// The largest version of which a side has no more than `room` modules with its quiet zone.
fn largest(room: u32) -> Option<Version> {
    let version = room.checked_sub(modules(Version::MIN))? / 4 + 1;
    u8::try_from(version.min(u32::from(LARGEST.value()))).ok().map(Version::new)
}

/// Larger modules do not read better.
const MAX_MODULE: u32 = 16;
const LARGEST: Version = Version::new(30);
const BYTES: usize = LARGEST.buffer_len();

/// A chessboard. To draw all eight and compare them, which is to spare readers large patches of one colour, takes a Cortex-M0+
/// 0.4 s; the tokens of a URL have none, whatever is laid over them.
const MASK: Mask = Mask::new(0);

/// A display is not torn or soiled as paper is: medium is enough, and low better than smaller modules.
const LEVELS: [QrCodeEcc; 2] = [QrCodeEcc::Medium, QrCodeEcc::Low];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(length: usize) -> String {
        let mut url = "https://ssp.thrads.ai/r?token=".to_owned();
        url.extend("aB3-_x%2F".chars().cycle().take(length - url.len()));
        url
    }

    #[test]
    fn the_memory_is_what_its_documentation_says() {
        assert_eq!(size_of::<CodeMemory>(), 4696);
        let mut memory = CodeMemory::new();
        assert!(Code::fit(&url(1732), 1000, 1, &mut memory).is_some());
        assert!(Code::fit(&url(1733), 1000, 1, &mut memory).is_none());
    }

    #[test]
    fn a_code_fills_its_square_with_the_largest_modules() {
        let mut memory = CodeMemory::new();
        for (length, side, module) in
            [(60, 164, 4), (60, 163, 3), (150, 128, 2), (500, 170, 2), (40, 400, 10)]
        {
            let code = Code::fit(&url(length), side, MIN_MODULE, &mut memory).unwrap();
            assert_eq!(code.module, module, "{length} in {side}");
            assert!(code.side() <= side);
        }
    }

    #[test]
    fn correction_is_as_strong_as_costs_no_larger_code() {
        let mut memory = CodeMemory::new();
        let mut level = |length, side| {
            let plan = Plan::new(&url(length), side, MIN_MODULE, &mut memory).unwrap();
            (plan.module, plan.level)
        };
        assert_eq!(level(78, 164), (4, QrCodeEcc::Low));
        assert_eq!(level(62, 164), (4, QrCodeEcc::Medium));
        assert_eq!(level(46, 164), (4, QrCodeEcc::Quartile));
        assert_eq!(level(34, 164), (4, QrCodeEcc::Medium));
        assert_eq!(level(32, 164), (4, QrCodeEcc::Quartile));
    }

    #[test]
    fn what_does_not_fit_makes_no_code() {
        let mut memory = CodeMemory::new();
        assert!(Code::fit(&url(300), 100, MIN_MODULE, &mut memory).is_none());
        for side in [0, 1, 28, 57] {
            assert!(Code::fit("x", side, MIN_MODULE, &mut memory).is_none());
        }
        assert!(Code::fit("x", 58, MIN_MODULE, &mut memory).is_some());
        assert!(Code::fit(&"x".repeat(100_000), u32::MAX, 0, &mut memory).is_none());
        assert_eq!(Code::fit("x", u32::MAX, 0, &mut memory).unwrap().module, 16);
    }
}
