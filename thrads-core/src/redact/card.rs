//! Numbers of payment cards, by their length, their first digit and their check digit (ISO/IEC 7812-1).
//!
//! A detector of `redact` for a part of a chain.

use super::digits::Part;

/// Whether the part is a card's number, unbroken or in its groups of four and more.
#[inline(never)]
pub(super) fn fits(part: &Part<'_>) -> bool {
    let [first, rest @ ..] = part.groups else { return false };
    matches!(part.digits, 13..=19)
        && matches!(part.text.sign_at(first.start).0, b'2'..=b'6')
        && (rest.is_empty() || first.digits == 4)
        && rest.iter().all(|group| group.digits >= 2)
        && part.is_plain()
        && !part.is_inside()
        && !part.is_glued()
        && passes_luhn(part)
}

fn passes_luhn(part: &Part<'_>) -> bool {
    let mut is_doubled = part.digits & 1 == 0;
    let (mut sum, mut at) = (0_u8, part.start);
    while at < part.end {
        let (sign, next) = part.text.sign_at(at);
        at = next;
        if !sign.is_ascii_digit() {
            continue;
        }
        let value = sign & 0xf;
        let doubled = if value > 4 { (value << 1).wrapping_sub(9) } else { value << 1 };
        sum = sum.wrapping_add(if is_doubled { doubled } else { value });
        sum = if sum >= 10 { sum.wrapping_sub(10) } else { sum };
        is_doubled = !is_doubled;
    }
    sum == 0
}
