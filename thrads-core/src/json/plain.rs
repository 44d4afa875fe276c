//! How much of a text stands in a JSON string as it is: up to the first quote, backslash or control character.
//!
//! A helper of `text`, which reads, and of `write`. Where registers are wide, sixteen bytes are looked at at once; on a
//! microcontroller one, in a few bytes of flash.

/// How many bytes from the start stand in a string as they are.
#[cfg_attr(target_os = "none", inline(never))]
#[cfg_attr(not(target_os = "none"), inline(always))]
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    if cfg!(target_os = "none") {
        return one_by_one(bytes);
    }
    let mut plain = 0_usize;
    for chunk in bytes.as_chunks().0 {
        let before = plain_in(chunk);
        plain = plain.wrapping_add(before);
        if before < WIDE {
            return plain;
        }
    }
    // The last sixteen once more, rather than those that are left one by one.
    match bytes.last_chunk() {
        Some(last) => bytes.len().wrapping_sub(WIDE).wrapping_add(plain_in(last)),
        None => one_by_one(bytes),
    }
}

/// Whether a byte does not stand in a string as it is.
pub(crate) fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn one_by_one(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| is_special(byte)).unwrap_or(bytes.len())
}

/// Bytes of a vector register.
const WIDE: usize = 16;

/// How many bytes of a chunk stand before the first special one. Flags of all ones or none are what vector instructions
/// compare into.
#[inline(always)]
fn plain_in(chunk: &[u8; WIDE]) -> usize {
    let mut flags = [0; WIDE];
    for (flag, &byte) in flags.iter_mut().zip(chunk) {
        *flag = if is_special(byte) { 0xff } else { 0 };
    }
    // Most chunks have none, which wide registers tell by one comparison.
    if flags.iter().fold(0, |any, flag| any | flag) == 0 {
        return WIDE;
    }
    usize::try_from(u128::from_le_bytes(flags).trailing_zeros() >> 3).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_stops_at_the_first_byte_that_needs_an_escape() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for at in 0..40 {
                for filler in [0x20_u8, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff] {
                    let mut bytes = [filler; 40];
                    bytes[at] = special;
                    assert_eq!(plain_prefix(&bytes), at);
                }
            }
        }
        for length in 0..70 {
            assert_eq!(plain_prefix(&vec![b'a'; length]), length);
        }
    }
}
