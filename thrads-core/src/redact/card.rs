//! Numbers of payment cards, by their length, their first digit and their check digit (ISO/IEC 7812-1).
//!
//! A detector of `redact` for a part of a chain.

use super::chain::{Group, Joint};
use super::digits::Part;

/// Whether the part is a card's number, unbroken or in its groups of four and more.
pub(super) fn fits(part: &Part<'_>) -> bool {
    let [first, rest @ ..] = part.groups else { return false };
    let is_joined =
        |group: &Group| matches!(group.joint, Joint::Space | Joint::Dash) && group.digits >= 2;
    matches!(part.digits(), 13..=19)
        && matches!(part.values().next(), Some(2..=6))
        && (rest.is_empty() || first.digits == 4)
        && rest.iter().all(is_joined)
        && !part.is_inside()
        && !part.is_glued()
        && passes_luhn(part)
}

fn passes_luhn(part: &Part<'_>) -> bool {
    let mut is_doubled = part.digits() & 1 == 0;
    let mut sum = 0_u32;
    for value in part.values() {
        let weighed = if is_doubled { value.wrapping_mul(2) } else { value };
        sum = sum.wrapping_add(if weighed > 9 { weighed.wrapping_sub(9) } else { weighed });
        is_doubled = !is_doubled;
    }
    while sum >= 10 {
        sum = sum.wrapping_sub(10);
    }
    sum == 0
}
