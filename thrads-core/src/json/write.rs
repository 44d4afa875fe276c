//! Scalars as JSON text, each in a few bytes of scratch.
//!
//! A helper of `request`. Escapes only where JSON demands them, the short form where there is one (section 8 of the wire
//! contract).

use super::text::plain_prefix;
use crate::time::{UnixMillis, divide};

/// Bytes of the longest scalar: a time in quotes.
pub(crate) const SCRATCH: usize = 22;

/// How many bytes a text takes with its quotes and escapes.
pub(crate) fn text_len(text: &str) -> usize {
    let mut scratch = [0; SCRATCH];
    let mut length = text.len().saturating_add(2);
    let mut rest = text.as_bytes();
    while let Some((&special, behind)) =
        rest.get(plain_prefix(rest)..).and_then(<[u8]>::split_first)
    {
        length = length.saturating_add(escape(special, &mut scratch).len()).saturating_sub(1);
        rest = behind;
    }
    length
}

/// The escape of a byte that JSON does not allow in a string, the short one where there is one.
pub(crate) fn escape(byte: u8, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let hex = |digit: u8| {
                if digit < 10 { digit | b'0' } else { digit.wrapping_add(b'a').wrapping_sub(10) }
            };
            return fill(scratch, &[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xf)]);
        }
    };
    fill(scratch, &[b'\\', short])
}

pub(crate) fn decimal(number: u64, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    let mut rest = number;
    let mut at = scratch.len();
    while let Some(slot) = at.checked_sub(1).and_then(|before| scratch.get_mut(before)) {
        let (tens, digit) = divide(rest, 10);
        *slot = u8::try_from(digit).unwrap_or(0) | b'0';
        at = at.saturating_sub(1);
        rest = tens;
        if rest == 0 {
            break;
        }
    }
    scratch.get(at..).unwrap_or_default()
}

pub(crate) fn quoted_time(time: UnixMillis, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    *scratch = [b'"'; SCRATCH];
    if let Some(inside) = scratch.get_mut(1..21) {
        inside.copy_from_slice(&time.to_rfc3339());
    }
    scratch
}

fn fill<'s>(scratch: &'s mut [u8; SCRATCH], bytes: &[u8]) -> &'s [u8] {
    match scratch.get_mut(..bytes.len()) {
        Some(place) => {
            place.copy_from_slice(bytes);
            place
        }
        None => &[],
    }
}
