//! What a byte of ASCII is inside a key, a password or an IP address.
//!
//! A helper of `redact`: what these are made of is ASCII alone.

/// The classes of a byte, a bit for each.
#[cfg_attr(target_os = "none", inline(never))]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Behind the bytes of these classes that begin at `at`.
#[cfg_attr(target_os = "none", inline(never))]
pub(super) fn end_of(bytes: &[u8], at: usize, classes: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| class(**byte) & classes != 0).count();
    at.wrapping_add(length)
}

pub(super) const DIGIT: u8 = 1;
pub(super) const LOWER: u8 = 2;
pub(super) const UPPER: u8 = 4;
/// A letter or a digit.
pub(super) const PLAIN: u8 = 7;
/// Inside a token.
pub(super) const JOINT: u8 = 8;
/// Inside a password, and seldom inside a word.
pub(super) const STRONG: u8 = 16;
pub(super) const AMPERSAND: u8 = 32;
/// Inside a password that has a stronger one.
pub(super) const WEAK: u8 = 64;
/// Inside a password.
pub(super) const ANY: u8 = 127;
/// A hexadecimal digit.
pub(super) const HEX: u8 = 128;

#[expect(clippy::indexing_slicing, reason = "at compile time")]
static CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = of(byte);
        byte += 1;
    }
    classes
};

const fn of(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => DIGIT | HEX,
        b'a'..=b'f' => LOWER | HEX,
        b'g'..=b'z' => LOWER,
        b'A'..=b'F' => UPPER | HEX,
        b'G'..=b'Z' => UPPER,
        b'-' | b'_' => JOINT,
        b'!' | b'#' | b'$' | b'*' | b'^' | b'~' | b'@' => STRONG,
        b'&' => AMPERSAND,
        b'.' | b'+' | b'%' => WEAK,
        _ => 0,
    }
}
