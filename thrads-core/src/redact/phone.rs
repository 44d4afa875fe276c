//! Telephone numbers: international ones, and national ones by the forms that countries write them in.
//!
//! A detector of `redact` for a part of a chain.

use super::chain::Joint;
use super::digits::Part;
use super::sign::{sign_at, sign_before};

/// Where the number begins, with its `+` and the bracket around its code, if the part is one.
#[inline(never)]
pub(super) fn start_of(part: &Part<'_>) -> Option<usize> {
    if part.is_inside() || part.groups.last()?.digits < 2 {
        return None;
    }
    let mut open = 0_i32;
    for group in part.groups.get(1..)? {
        match group.joint {
            Joint::Open => open = open.wrapping_add(1),
            Joint::Close => open = open.wrapping_sub(1),
            _ => {}
        }
    }
    let (sign, before) = sign_before(part.text, part.start);
    let has_plus = sign == b'+';
    let mut start = if has_plus { before } else { part.start };
    if open != 0 {
        // A bracket in front belongs to the number only if it closes inside.
        let (sign, bracket) = sign_before(part.text, start);
        if open != -1 || sign != b'(' {
            return None;
        }
        start = bracket;
    }
    let is_glued = if has_plus { part.is_glued_behind() } else { part.is_glued() };
    (!is_glued && is_number(part, has_plus)).then_some(start)
}

fn is_number(part: &Part<'_>, has_plus: bool) -> bool {
    let [first, second, third, fourth, fifth] = part.head();
    let lengths = part
        .groups
        .iter()
        .fold(0_u32, |lengths, group| lengths << 4 | u32::from(group.digits.min(15)));
    let digits = part.digits;
    match (first, second, third) {
        // A country and 8 to 15 digits with it (ITU-T E.164).
        (b'1'.., ..) if has_plus => return matches!(digits, 8..=15),
        (b'0', b'0', b'1'..) if matches!(digits, 10..=17) => return true,
        // National; six pairs are a draw of a lottery.
        (b'0', ..) => return matches!(digits, 9..=12) && lengths != 0x22_2222,
        _ => {}
    }
    // North America and those who write as it does, China, Spain and service numbers, Italy.
    match lengths {
        0x334 => true,
        0x1334 => first == b'1',
        10 if first > b'1' && fourth > b'1' => true,
        11 if first == b'1' && second == b'2' => fifth > b'1',
        11 | 0x344 => first == b'1' && second > b'2',
        9 | 0x333 | 0x3222 | 0x2322 => first > b'5',
        0x36 => first > b'7',
        _ => {
            first == b'3'
                && digits == 10
                && part.groups.first().is_some_and(|group| group.digits != 2)
        }
    }
}

impl Part<'_> {
    /// The first five digits.
    fn head(&self) -> [u8; 5] {
        let mut head = [0; 5];
        let mut at = self.start;
        let mut slots = head.iter_mut();
        while at < self.end {
            let (sign, next) = sign_at(self.text, at);
            if sign.is_ascii_digit() {
                let Some(slot) = slots.next() else { break };
                *slot = sign;
            }
            at = next;
        }
        head
    }
}
