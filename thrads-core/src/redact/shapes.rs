//! Groups of digits that everybody writes and that tell nothing of a person: dates, times, years, amounts, books.
//!
//! A helper of `redact`: no number is looked for across them.

use super::chain::{Group, Joint, MAX_GROUPS};

/// A bit for each of the groups that is part of such a shape, the lowest for the first.
#[inline(never)]
pub(super) fn harmless(groups: &[Group]) -> u32 {
    if groups.iter().all(|group| matches!((group.digits, group.value), (4, 1900..=2099))) {
        return u32::MAX;
    }
    let mut bits = 0;
    let mut rest = groups;
    let mut first = 1_u32;
    while let Some((group, behind)) = rest.split_first() {
        if group.joint != Joint::of(rest, 1) {
            bits |= first.wrapping_mul(shape(rest));
        }
        rest = behind;
        first = first.wrapping_shl(1);
    }
    bits
}

/// A bit for each group of the shape that they begin with.
fn shape(groups: &[Group]) -> u32 {
    let joint = Joint::of(groups, 1);
    let ends = |length| Joint::of(groups, length) != joint;
    match groups {
        [first, second, third, ..]
            if third.joint == joint && ends(3) && is_date(first, second, third) =>
        {
            0b111
        }
        [first, second, ..]
            if ends(2) && (is_clock(first, second) || is_fraction(first, second)) =>
        {
            0b11
        }
        [first, second, third, fourth, fifth, ..]
            if is_book([first, second, third, fourth, fifth]) =>
        {
            0b11111
        }
        _ => amount(groups, joint),
    }
}

/// Day, month and year in any order that is in use; a year of two digits between dots or slashes only.
fn is_date(first: &Group, second: &Group, third: &Group) -> bool {
    let is_day = |group: &Group| group.digits <= 2 && matches!(group.value, 1..=31);
    let are_day_and_month = |one: &Group, other: &Group| {
        is_day(one) && is_day(other) && (one.value <= 12 || other.value <= 12)
    };
    let is_year = |group: &Group| group.digits == 4 && matches!(group.value, 1000..=2999);
    let is_short = third.digits == 2 && second.joint != Joint::Dash;
    matches!(second.joint, Joint::Dot | Joint::Dash | Joint::Slash)
        && (are_day_and_month(first, second) && (is_short || is_year(third))
            || is_year(first) && are_day_and_month(second, third))
}

/// `9.30`, or a range such as `0800-1745`.
fn is_clock(first: &Group, second: &Group) -> bool {
    let is_quarter = |group: &Group| {
        // By a hundred, exact up to four digits: a small core has no instruction for it.
        let hours = u32::from(group.value).wrapping_mul(5243) >> 19;
        let minutes = u32::from(group.value).wrapping_sub(hours.wrapping_mul(100));
        group.digits == 4 && hours < 24 && matches!(minutes, 0 | 15 | 30 | 45)
    };
    match second.joint {
        Joint::Dot => {
            first.digits <= 2 && second.digits == 2 && first.value < 24 && second.value < 60
        }
        Joint::Dash => is_quarter(first) && is_quarter(second),
        _ => false,
    }
}

/// `52.5200066`; what stands behind the brackets of an area code is none.
fn is_fraction(first: &Group, second: &Group) -> bool {
    first.joint != Joint::Close
        && second.joint == Joint::Dot
        && is_front(first)
        && matches!(second.digits, 4..=11)
}

/// An ISBN in its five groups.
fn is_book(groups: [&Group; 5]) -> bool {
    let [first, second, third, fourth, fifth] = groups;
    let middle = second.digits.wrapping_add(third.digits).wrapping_add(fourth.digits);
    matches!(first.value, 978 | 979)
        && middle == 9
        && fifth.digits == 1
        && groups.iter().skip(1).all(|group| matches!(group.joint, Joint::Space | Joint::Dash))
}

/// A round amount with a sign between its thousands.
fn amount(groups: &[Group], sign: Joint) -> u32 {
    let [first, rest @ ..] = groups else { return 0 };
    let thousands = rest.iter().take_while(|group| group.digits == 3 && group.joint == sign);
    let (mut bits, mut is_round) = (1_u32, false);
    for group in thousands {
        bits = bits << 1 | 1;
        is_round = group.value == 0;
    }
    let may_be =
        is_round && is_front(first) && first.value > 0 && matches!(sign, Joint::Dot | Joint::Space);
    if may_be { bits } else { 0 }
}

/// Digits before the first sign of an amount: no zero leads.
fn is_front(group: &Group) -> bool {
    match group.digits {
        1 => true,
        2 => group.value >= 10,
        3 => group.value >= 100,
        _ => false,
    }
}

const _: () = assert!(MAX_GROUPS < 16, "a bit for each group");
