//! Groups of digits and what joins them: `+49 (0)30 1234-567` is a chain of five.
//!
//! A helper of `redact`: numbers of all kinds are looked for in parts of a chain.

use super::ip::v6_around;
use super::sign::{EDGE, LONG, Sign, Text};

/// Digits without a gap.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many digits it has, at most 255.
    pub(super) digits: u8,
    /// What is between it and the group before.
    pub(super) joint: Joint,
    /// Its number; `u16::MAX` if it has more than four digits.
    pub(super) value: u16,
}

/// What may stand between two groups. Each is a bit, so that several make a set.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Joint {
    /// Nothing: the chain begins or ends.
    Edge = 0,
    Space = 1,
    Dot = 2,
    Dash = 4,
    /// Alone or between spaces.
    Slash = 8,
    /// A bracket that opens, also behind a space or a dash.
    Open = 16,
    /// A bracket that closes, also in front of them.
    Close = 32,
}

impl Joint {
    /// That of a group and the one before it; `Edge` where there is none.
    pub(super) fn of(groups: &[Group], index: usize) -> Self {
        groups.get(index).map_or(Self::Edge, |group| group.joint)
    }
}

/// A chain of at most [`MAX_GROUPS`]; it may go on.
pub(super) type Chain = heapless::Vec<Group, MAX_GROUPS, u8>;

/// The chain that begins with the digit at `at`. An address of version 6 is no part of one.
#[inline(never)]
pub(super) fn chain_at(text: &Text<'_>, at: usize) -> Chain {
    let mut chain = Chain::new();
    let mut next = Some((at, Joint::Edge));
    while let Some((start, joint)) = next {
        let group = group_at(text, start, joint);
        let is_of_address = joint == Joint::Space
            && text.bytes.get(group.end) == Some(&b':')
            && !v6_around(text, start).is_empty();
        if is_of_address || chain.push(group).is_err() {
            break;
        }
        next = joint_at(text, group.end);
    }
    chain
}

/// Behind the last group of a chain that needs no second look; the last ones of a long chain may begin a number.
pub(super) fn settled(chain: &[Group]) -> usize {
    let last = if chain.len() == MAX_GROUPS { SETTLED } else { chain.len() };
    chain.get(last.wrapping_sub(1)).map_or(usize::MAX, |group| group.end)
}

fn group_at(text: &Text<'_>, start: usize, joint: Joint) -> Group {
    let mut group = Group { start, end: start, digits: 0, joint, value: 0 };
    loop {
        let (sign, next) = text.sign_at(group.end);
        if !sign.is_ascii_digit() {
            return group;
        }
        group.value = if group.digits < 4 {
            group.value.wrapping_mul(10).wrapping_add(u16::from(sign & 0xf))
        } else {
            u16::MAX
        };
        group.digits = group.digits.saturating_add(1);
        group.end = next;
    }
}

/// What joins the digit behind it to the one before `at`, and where that digit is.
fn joint_at(text: &Text<'_>, at: usize) -> Option<(usize, Joint)> {
    let mut signs = [EDGE; MAX_JOINT];
    let mut at = at;
    let mut slots = signs.iter_mut();
    loop {
        let (sign, next) = text.sign_at(at);
        if sign.is_ascii_digit() {
            return Some((at, joint_of(signs)?));
        }
        *slots.next()? = if sign == LONG { b'-' } else { sign };
        at = next;
    }
}

fn joint_of(signs: [Sign; MAX_JOINT]) -> Option<Joint> {
    let found = JOINTS.iter().find(|(between, _)| *between == signs);
    found.map(|(_, joint)| *joint)
}

/// Groups of a chain that are looked at together. The longest telephone numbers as people write them have eight.
pub(super) const MAX_GROUPS: usize = 12;
/// Of a chain of so many groups, those that are done with once nothing was found in all of them.
const SETTLED: usize = MAX_GROUPS - 8;
/// Characters between two groups.
const MAX_JOINT: usize = 3;
/// What may stand between two groups, and what it makes of them.
const JOINTS: [([Sign; MAX_JOINT], Joint); 12] = [
    ([b' ', EDGE, EDGE], Joint::Space),
    ([b'.', EDGE, EDGE], Joint::Dot),
    ([b'-', EDGE, EDGE], Joint::Dash),
    ([b'/', EDGE, EDGE], Joint::Slash),
    ([b' ', b'/', b' '], Joint::Slash),
    ([b'(', EDGE, EDGE], Joint::Open),
    ([b' ', b'(', EDGE], Joint::Open),
    ([b'-', b'(', EDGE], Joint::Open),
    ([b')', EDGE, EDGE], Joint::Close),
    ([b')', b' ', EDGE], Joint::Close),
    ([b')', b'-', EDGE], Joint::Close),
    ([b')', b'/', EDGE], Joint::Close),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_version_6_is_no_part_of_a_chain() {
        for (text, groups) in [
            ("3 2001::abcd", 1),
            ("3 1:2:3:4:5:6:7:8", 1),
            ("555 123 4567: now", 3),
            ("3 10:30", 2),
        ] {
            assert_eq!(chain_at(&Text::of(text), 0).len(), groups, "{text}");
        }
    }
}
