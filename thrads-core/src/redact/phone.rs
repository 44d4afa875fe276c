//! Telephone numbers: international ones, and national ones by the forms that countries write them in.
//!
//! A detector of `redact` for a part of a chain.

use super::chain::{Group, Joint};
use super::chars::fold;
use super::digits::Part;

/// Where the number begins, with its `+` and the bracket around its code, if the part is one.
pub(super) fn start_of(part: &Part<'_>) -> Option<usize> {
    let [first, rest @ ..] = part.groups else { return None };
    let sign = Sign::before(part.text, first.start);
    let is_closed = |group: &&Group| group.joint == Joint::Close;
    let opened = rest.iter().filter(|group| group.joint == Joint::Open).count();
    let closed = rest.iter().filter(is_closed).count();
    // A bracket in front belongs to the number only if it closes inside.
    let is_bracketed = sign.bracket.is_some() && closed == opened.saturating_add(1);
    let may_be = (is_bracketed || opened == closed)
        && !part.is_inside()
        && (sign.plus.is_some() || !part.is_glued())
        && !part.is_glued_behind()
        && part.groups.last().is_some_and(|group| group.digits >= 2);
    let is_one = may_be
        && (is_international(part, sign.plus.is_some()) || is_national(part) || is_regional(part));
    let start = if is_bracketed { sign.bracket } else { sign.plus };
    is_one.then(|| start.unwrap_or(first.start))
}

/// The signs in front of a number, where they are.
struct Sign {
    plus: Option<usize>,
    bracket: Option<usize>,
}

impl Sign {
    fn before(text: &str, start: usize) -> Self {
        let mut back = text.get(..start).unwrap_or_default().char_indices().rev().peekable();
        let plus = back.next_if(|(_, sign)| fold(*sign) == '+').map(|(at, _)| at);
        let bracket = back.next_if(|(_, sign)| fold(*sign) == '(').map(|(at, _)| at);
        Self { plus, bracket }
    }
}

/// `+` or `00`, a country, and 8 to 15 digits with it (ITU-T E.164).
fn is_international(part: &Part<'_>, has_plus: bool) -> bool {
    let mut values = part.values();
    let mut digits = part.digits();
    if !has_plus {
        if (values.next(), values.next()) != (Some(0), Some(0)) {
            return false;
        }
        digits = digits.saturating_sub(2);
    }
    matches!(digits, 8..=15) && values.next() != Some(0)
}

/// A leading 0 and 9 to 12 digits with it; no fraction below one, and no list of pairs but the French five.
fn is_national(part: &Part<'_>) -> bool {
    let second = part.groups.get(1).map_or(Joint::Edge, |group| group.joint);
    let is_fraction =
        part.groups.first().is_some_and(|group| group.digits == 1) && second == Joint::Dot;
    let are_pairs = part.groups.iter().all(|group| group.digits == 2) && second == Joint::Space;
    part.values().next() == Some(0)
        && matches!(part.digits(), 9..=12)
        && !is_fraction
        && (!are_pairs || part.groups.len() == 5)
}

/// The forms of countries without a leading 0: North America and those who write as it does, Spain, Italy, China.
fn is_regional(part: &Part<'_>) -> bool {
    let mut values = part.values();
    let first = values.next().unwrap_or(0);
    let second = values.next().unwrap_or(0);
    let mut values = values.skip(1);
    let fourth = values.next().unwrap_or(0);
    let fifth = values.next().unwrap_or(0);
    let mut lengths = [0; 5];
    for (length, group) in lengths.iter_mut().zip(part.groups) {
        *length = group.digits;
    }
    if part.groups.len() > lengths.len()
        || part.groups.iter().any(|group| group.joint == Joint::Slash)
    {
        return false;
    }
    match lengths {
        [3, 3, 4, 0, 0] => first > 0,
        [1, 3, 3, 4, 0] => first == 1,
        [10, 0, ..] => (first > 1 && fourth > 1) || first == 3,
        [11, 0, ..] => first == 1 && (second > 2 || (second == 2 && fifth > 1)),
        [3, 4, 4, 0, 0] => first == 1 && second > 2,
        [3, 7, 0, ..] => first == 3,
        [3, _, _, _, _] if first == 3 && part.digits() == 10 => true,
        [9, 0, ..] | [3, 3, 3, 0, 0] | [3, 2, 2, 2, 0] | [2, 3, 2, 2, 0] => first > 5,
        [3, 6, 0, ..] => first > 7,
        _ => false,
    }
}
