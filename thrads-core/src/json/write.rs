//! What a JSON string needs, and scalars as JSON text, each in a few bytes of scratch.
//!
//! A helper of `request`. Escapes only where JSON demands them, the short form where there is one (section 8 of the wire
//! contract).

use super::plain::plain_prefix;
use crate::time::{UnixMillis, divide};

/// Bytes of the longest scalar: a time in quotes.
pub(crate) const SCRATCH: usize = 22;

/// How many bytes a text takes in a string, without the quotes around it.
pub(crate) fn text_len(text: &[u8]) -> usize {
    let (mut length, mut rest) = (text.len(), text);
    while let Some((&special, behind)) =
        rest.get(plain_prefix(rest)..).and_then(<[u8]>::split_first)
    {
        let escaped = escape(special, &mut [0; SCRATCH]).len();
        length = length.wrapping_add(escaped).saturating_sub(1);
        rest = behind;
    }
    length
}

/// Writes a text to the front of `place` as it stands in a string, and returns what is left of `place`.
pub(crate) fn put_text<'b>(mut text: &[u8], mut place: &'b mut [u8]) -> Option<&'b mut [u8]> {
    loop {
        let (plain, rest) = text.split_at_checked(plain_prefix(text))?;
        place = put(plain, place)?;
        let Some((&special, behind)) = rest.split_first() else { return Some(place) };
        place = put(escape(special, &mut [0; SCRATCH]), place)?;
        text = behind;
    }
}

/// Copies bytes to the front of `place` and returns what is left of it.
pub(crate) fn put<'b>(bytes: &[u8], place: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let (front, rest) = place.split_at_mut_checked(bytes.len())?;
    front.copy_from_slice(bytes);
    Some(rest)
}

/// The escape of a byte that JSON does not allow in a string, the short one where there is one.
pub(crate) fn escape(byte: u8, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    if let Some(short) = short_escape(byte) {
        return put_front(&[b'\\', short], scratch);
    }
    let hex = |digit: u8| {
        if digit < 10 { digit | b'0' } else { digit.wrapping_add(b'a').wrapping_sub(10) }
    };
    put_front(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xf)], scratch)
}

fn short_escape(byte: u8) -> Option<u8> {
    const SHORT: [u8; 6] = *b"btn\0fr";
    let short = SHORT.get(usize::from(byte.wrapping_sub(8)));
    short.copied().or((byte >= 0x20).then_some(byte)).filter(|&short| short != 0)
}

fn put_front<'s, const N: usize>(bytes: &[u8; N], scratch: &'s mut [u8; SCRATCH]) -> &'s [u8] {
    match scratch.first_chunk_mut() {
        Some(front) => {
            *front = *bytes;
            front
        }
        None => &[],
    }
}

pub(crate) fn decimal(number: u64, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    let mut rest = number;
    let mut at = scratch.len();
    for slot in scratch.iter_mut().rev() {
        let (tens, digit) = divide(rest, 10);
        *slot = digit.to_le_bytes()[0] | b'0';
        at = at.saturating_sub(1);
        rest = tens;
        if rest == 0 {
            break;
        }
    }
    scratch.get(at..).unwrap_or_default()
}

/// Milliseconds since 1970 as a time in quotes.
pub(crate) fn quoted_time(millis: u64, scratch: &mut [u8; SCRATCH]) -> &[u8] {
    *scratch = [b'"'; SCRATCH];
    if let Some(inside) = scratch.get_mut(1..21) {
        inside.copy_from_slice(&UnixMillis(millis).to_rfc3339());
    }
    scratch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_numbers_are_those_of_serde_json() {
        let mut scratch = [0; SCRATCH];
        for byte in (0..0x20).chain([b'"', b'\\']) {
            let text = char::from(byte).to_string();
            let quoted = serde_json::to_string(&text).unwrap();
            assert_eq!(escape(byte, &mut scratch), &quoted.as_bytes()[1..quoted.len() - 1]);
        }
        let all: Vec<u8> = (0..=0x7f).collect();
        for text in [&all[..], &all[5..40], &all[30..100], b""] {
            let quoted = serde_json::to_string(core::str::from_utf8(text).unwrap()).unwrap();
            let expected = &quoted.as_bytes()[1..quoted.len() - 1];
            assert_eq!(text_len(text), expected.len());
            let mut place = vec![0xaa; expected.len() + 20];
            let left = put_text(text, &mut place).unwrap().len();
            assert_eq!((left, place.strip_prefix(expected).unwrap()), (20, &[0xaa; 20][..]));
            let enough = &mut place[..expected.len()];
            assert!(put_text(text, enough).is_some_and(|left| left.is_empty()));
            assert!(expected.is_empty() || put_text(text, &mut place[1..expected.len()]).is_none());
        }
        for number in [0, 9, 10, 1_777_885_200, u64::MAX] {
            assert_eq!(decimal(number, &mut scratch), number.to_string().as_bytes());
        }
    }
}
