//! Groups of digits and what joins them: `+49 (0)30 1234-567` is a chain of five.
//!
//! A helper of `redact`: numbers of all kinds are looked for in parts of a chain.

use super::chars::{digit, fold};

/// Digits without a gap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: usize,
    /// What is between it and the group before.
    pub(super) joint: Joint,
}

impl Group {
    const NONE: Self = Self { start: 0, end: 0, digits: 0, joint: Joint::Edge };

    /// The values of its digits in `text`.
    pub(super) fn values(self, text: &str) -> impl Iterator<Item = u32> + Clone + '_ {
        text.get(self.start..self.end).unwrap_or_default().chars().filter_map(digit)
    }

    /// Its value; `None` if it has more than four digits.
    pub(super) fn value(self, text: &str) -> Option<u32> {
        let add = |value: u32, digit| value.wrapping_mul(10).wrapping_add(digit);
        (self.digits <= 4).then(|| self.values(text).fold(0, add))
    }
}

/// What may stand between two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing: the chain begins or ends.
    Edge,
    Space,
    Dot,
    Dash,
    /// Alone or between spaces.
    Slash,
    /// A bracket that opens, also behind a space or a dash.
    Open,
    /// A bracket that closes, also in front of them.
    Close,
}

/// A chain of at most [`MAX_GROUPS`].
pub(super) struct Chain {
    groups: [Group; MAX_GROUPS],
    length: usize,
    /// It goes on behind the last group.
    goes_on: bool,
}

impl Chain {
    /// The chain that begins with the digit at `at`.
    pub(super) fn read(text: &str, at: usize) -> Self {
        let mut chain = Self { groups: [Group::NONE; MAX_GROUPS], length: 0, goes_on: false };
        let mut next = Some((at, Joint::Edge));
        while let Some((start, joint)) = next {
            let Some(group) = chain.groups.get_mut(chain.length) else {
                chain.goes_on = true;
                break;
            };
            let (length, digits) = run(text.get(start..).unwrap_or_default());
            let end = start.saturating_add(length);
            *group = Group { start, end, digits, joint };
            chain.length = chain.length.saturating_add(1);
            next = joint_at(text.get(end..).unwrap_or_default())
                .map(|(length, joint)| (end.saturating_add(length), joint));
        }
        chain
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.groups.get(..self.length).unwrap_or_default()
    }

    /// Behind the last group that needs no second look; of a chain that goes on, the last ones may begin a number.
    pub(super) fn settled(&self) -> usize {
        let last = if self.goes_on { SETTLED } else { self.length };
        self.groups().get(last.saturating_sub(1)).map_or(0, |group| group.end)
    }
}

/// Bytes and digits of the digits that begin a text.
fn run(text: &str) -> (usize, usize) {
    let mut digits = 0_usize;
    for (at, character) in text.char_indices() {
        if digit(character).is_none() {
            return (at, digits);
        }
        digits = digits.saturating_add(1);
    }
    (text.len(), digits)
}

/// What begins a text and joins a digit to the one before, and its bytes.
fn joint_at(text: &str) -> Option<(usize, Joint)> {
    let mut signs = ['\0'; MAX_JOINT];
    let mut count = 0_usize;
    for (at, character) in text.char_indices() {
        let sign = fold(character);
        if sign.is_ascii_digit() {
            return Some((at, joint_of(signs)?));
        }
        *signs.get_mut(count)? = sign;
        count = count.saturating_add(1);
    }
    None
}

fn joint_of(signs: [char; MAX_JOINT]) -> Option<Joint> {
    Some(match signs {
        [' ', '\0', _] => Joint::Space,
        ['.', '\0', _] => Joint::Dot,
        ['-', '\0', _] => Joint::Dash,
        ['/', '\0', _] | [' ', '/', ' '] => Joint::Slash,
        ['(', '\0', _] | [' ' | '-', '(', '\0'] => Joint::Open,
        [')', '\0', _] | [')', ' ' | '-' | '/', '\0'] => Joint::Close,
        _ => return None,
    })
}

/// Groups of a chain that are looked at together. The longest telephone numbers as people write them have eight.
pub(super) const MAX_GROUPS: usize = 12;
/// Of a chain that goes on, so many groups are done with once nothing was found in all of them.
const SETTLED: usize = MAX_GROUPS - 8;
/// Characters between two groups.
const MAX_JOINT: usize = 3;
