//! Numbers of payment cards, by their length, their first digit and their check digit (ISO/IEC 7812-1).
//!
//! A detector of `redact` for a part of a chain.

use super::digits::Part;
use super::sign::sign_at;

/// Whether the part is a card's number, unbroken or in its groups of four and more.
#[inline(never)]
pub(super) fn fits(part: &Part<'_>) -> bool {
    let [first, rest @ ..] = part.groups else { return false };
    matches!(part.digits(), 13..=19)
        && matches!(sign_at(part.text, first.start).0, b'2'..=b'6')
        && (rest.is_empty() || first.digits == 4)
        && rest.iter().all(|group| group.joint.is_plain() && group.digits >= 2)
        && !part.is_inside()
        && !part.is_glued()
        && passes_luhn(part)
}

fn passes_luhn(part: &Part<'_>) -> bool {
    let mut is_doubled = part.digits() & 1 == 0;
    let (mut sum, mut at) = (0_u8, part.start());
    while at < part.end() {
        let (sign, next) = sign_at(part.text, at);
        at = next;
        if !sign.is_ascii_digit() {
            continue;
        }
        let value = sign & 0xf;
        let weighed = if is_doubled { value << 1 } else { value };
        sum = sum.wrapping_add(if weighed > 9 { weighed.wrapping_sub(9) } else { weighed });
        is_doubled = !is_doubled;
    }
    while sum >= 10 {
        sum = sum.wrapping_sub(10);
    }
    sum == 0
}
