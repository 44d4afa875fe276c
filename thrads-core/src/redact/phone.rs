//! Telephone numbers: international ones, and national ones by the forms that countries write them in.
//!
//! A detector of `redact` for a part of a chain.

use super::chain::Joint;
use super::digits::Part;
use super::sign::{sign_at, sign_before};

/// Where the number begins, with its `+` and the bracket around its code, if the part is one.
#[inline(never)]
pub(super) fn start_of(part: &Part<'_>) -> Option<usize> {
    let (sign, before) = sign_before(part.text, part.start());
    let has_plus = sign == b'+';
    let start = if has_plus { before } else { part.start() };
    let (sign, bracket) = sign_before(part.text, start);
    let mut open = 0_i8;
    for group in part.groups.iter().skip(1) {
        match group.joint {
            Joint::Open => open = open.saturating_add(1),
            Joint::Close => open = open.saturating_sub(1),
            _ => {}
        }
    }
    // A bracket in front belongs to the number only if it closes inside.
    let is_bracketed = open == -1 && sign == b'(';
    let is_one = (open == 0 || is_bracketed)
        && !part.is_inside()
        && !(part.is_glued() && (!has_plus || part.is_glued_behind()))
        && part.groups.last().is_some_and(|group| group.digits >= 2)
        && (is_international(part, has_plus) || is_national(part) || is_regional(part));
    is_one.then_some(if is_bracketed { bracket } else { start })
}

/// `+` or `00`, a country, and 8 to 15 digits with it (ITU-T E.164).
fn is_international(part: &Part<'_>, has_plus: bool) -> bool {
    let [first, second, third, ..] = part.head();
    match (has_plus, first, second, third) {
        (true, b'1'.., ..) => matches!(part.digits(), 8..=15),
        (false, b'0', b'0', b'1'..) => matches!(part.digits(), 10..=17),
        _ => false,
    }
}

/// A leading 0 and 9 to 12 digits with it; no fraction below one, and no list of pairs but the French five.
fn is_national(part: &Part<'_>) -> bool {
    let joint = Joint::of(part.groups, 1);
    let is_fraction =
        joint == Joint::Dot && part.groups.first().is_some_and(|group| group.digits == 1);
    let are_pairs = joint == Joint::Space && part.groups.iter().all(|group| group.digits == 2);
    part.head()[0] == b'0'
        && matches!(part.digits(), 9..=12)
        && !is_fraction
        && (!are_pairs || part.groups.len() == 5)
}

/// The forms of countries without a leading 0: North America and those who write as it does, Spain, Italy, China.
fn is_regional(part: &Part<'_>) -> bool {
    let [first, second, _, fourth, fifth] = part.head();
    let lengths = part
        .groups
        .iter()
        .fold(0_u32, |lengths, group| lengths << 4 | u32::from(group.digits.min(15)));
    let has_slash = part.groups.iter().any(|group| group.joint == Joint::Slash);
    let is_italian = first == b'3'
        && part.digits() == 10
        && part.groups.first().is_some_and(|group| group.digits != 2);
    let is_chinese = first == b'1' && second > b'2';
    !has_slash
        && part.groups.len() <= 5
        && match lengths {
            0x334 => first > b'0',
            0x1334 => first == b'1',
            10 => is_italian || (first > b'1' && fourth > b'1'),
            11 => is_chinese || (first == b'1' && second == b'2' && fifth > b'1'),
            0x344 => is_chinese,
            9 | 0x333 | 0x3222 | 0x2322 => first > b'5',
            0x36 => first > b'7',
            _ => is_italian,
        }
}

impl Part<'_> {
    /// The first five digits.
    fn head(&self) -> [u8; 5] {
        let mut head = [0; 5];
        let mut at = self.start();
        for slot in &mut head {
            while at < self.end() && *slot == 0 {
                let (sign, next) = sign_at(self.text, at);
                if sign.is_ascii_digit() {
                    *slot = sign;
                }
                at = next;
            }
        }
        head
    }
}
