//! International bank account numbers: a country, its length, and a checksum (ISO 13616).
//!
//! A detector of `redact`, asked where a digit is that may be the first of a check number.

use super::Stretch;
use super::sign::{Sign, Text};

/// The account number whose first digit is at `at`.
pub(super) fn around(text: &Text<'_>, at: usize) -> Stretch {
    let (second, middle) = text.sign_before(at);
    let (first, start) = text.sign_before(middle);
    let length = length_of(first, second);
    // A word may be stuck to it, such as `IBAN`; the checksum decides.
    if length == 0 || text.sign_before(start).0.is_ascii_digit() {
        return Stretch::NONE;
    }
    Stretch { start, end: end_of(text, start, length) }
}

/// Where `length` letters and digits end that begin at `at`, grouped or not, if their checksum is right; else 0.
fn end_of(text: &Text<'_>, at: usize, length: u32) -> usize {
    let (mut at, mut count, mut was_gap) = (at, 0_u32, false);
    let mut sums = Checksum::default();
    while count < length {
        let (sign, next) = text.sign_at(at);
        let is_own = sign.is_ascii_alphanumeric();
        if is_own {
            sums.add(sign, count);
            count = count.wrapping_add(1);
        } else if was_gap || !matches!(sign, b' ' | b'-') {
            return 0;
        }
        was_gap = !is_own;
        at = next;
    }
    let is_end = !text.sign_at(at).0.is_ascii_alphanumeric();
    if is_end && sums.is_right() { at } else { 0 }
}

/// The number modulo 97, with the first four characters moved to its end.
#[derive(Default)]
struct Checksum {
    front: u32,
    rest: u32,
}

impl Checksum {
    fn add(&mut self, sign: Sign, at: u32) {
        let (value, shift) = match sign {
            b'0'..=b'9' => (sign & 0xf, 10),
            // A is 10.
            _ => ((sign & 0x1f).wrapping_add(9), 100),
        };
        let sum = if at < 4 { &mut self.front } else { &mut self.rest };
        *sum = modulo_97(sum.wrapping_mul(shift).wrapping_add(value.into()));
    }

    fn is_right(&self) -> bool {
        // Two letters and two digits in front are six digits; 10^6 is 27 modulo 97.
        modulo_97(self.rest.wrapping_mul(27).wrapping_add(self.front)) == 1
    }
}

/// Without division, for which a small core has no instruction.
fn modulo_97(number: u32) -> u32 {
    let mut rest = number;
    let mut part = 97 << 7;
    while part >= 97 {
        if rest >= part {
            rest = rest.wrapping_sub(part);
        } else {
            part >>= 1;
        }
    }
    rest
}

/// Letters and digits in the account numbers of a country; 0 where it has none.
fn length_of(first: Sign, second: Sign) -> u32 {
    let country = packed([first & !0x20, second & !0x20], 0);
    let entry = COUNTRIES.iter().find(|entry| **entry & !0x3f == country);
    entry.map_or(0, |entry| u32::from(entry & 0x3f))
}

/// Two letters in five bits each, and a length in six.
const fn packed([first, second]: [u8; 2], length: u8) -> u16 {
    (first as u16 & 0x1f) << 11 | (second as u16 & 0x1f) << 6 | length as u16
}

/// The registry of SWIFT, release 99.
const COUNTRIES: [u16; 89] = unpacked(
    b"AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 \
      DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 \
      IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 \
      MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 \
      SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 ",
);

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "at compile time"
)]
const fn unpacked<const COUNT: usize>(listed: &[u8]) -> [u16; COUNT] {
    let mut countries = [0; COUNT];
    let mut index = 0;
    while index < COUNT {
        let [first, second, tens, ones, b' '] =
            *listed.split_at(index * 5).1.first_chunk().unwrap()
        else {
            panic!("an entry is two letters, two digits and a space");
        };
        countries[index] = packed([first, second], (tens - b'0') * 10 + ones - b'0');
        index += 1;
    }
    countries
}
