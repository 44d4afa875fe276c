//! Groups of digits that everybody writes and that tell nothing of a person: dates, times, years, amounts, books.
//!
//! A helper of `redact`: no number is looked for across them.

use super::chain::{Group, Joint, MAX_GROUPS};

/// A bit for each of the groups that is part of such a shape, the lowest for the first.
pub(super) fn harmless(text: &str, groups: &[Group]) -> u16 {
    if groups.iter().all(|group| is_year(text, group)) {
        return u16::MAX;
    }
    let mut bits = 0;
    for first in 0..groups.len() {
        let Some(rest) = groups.get(first..) else { break };
        let before = rest.first().map_or(Joint::Edge, |group| group.joint);
        let length = length_of_shape(text, rest, before);
        if length > 0 {
            bits |= (1_u16 << length).wrapping_sub(1) << first;
        }
    }
    bits
}

/// How many of the groups are a shape together; 0 if they begin with none.
fn length_of_shape(text: &str, groups: &[Group], before: Joint) -> usize {
    let joint = |index: usize| groups.get(index).map_or(Joint::Edge, |group| group.joint);
    let ends = |length: usize| joint(length) != joint(1);
    if before == joint(1) {
        return 0;
    }
    if let [first, second, third, ..] = groups
        && joint(1) == joint(2)
        && ends(3)
        && is_date(text, [first, second, third], joint(1))
    {
        return 3;
    }
    if let [first, second, ..] = groups
        && ends(2)
        && is_clock(text, first, second)
    {
        return 2;
    }
    if is_book(text, groups) {
        return 5;
    }
    amount(text, groups)
}

fn is_year(text: &str, group: &Group) -> bool {
    group.digits == 4 && matches!(group.value(text), Some(1900..=2099))
}

/// Day, month and year in any order that is in use; a year of two digits between dots or slashes only.
fn is_date(text: &str, [first, second, third]: [&Group; 3], joint: Joint) -> bool {
    let value = |group: &Group| group.value(text).unwrap_or(u32::MAX);
    let is_day = |group: &Group| group.digits <= 2 && matches!(value(group), 1..=31);
    let is_month = |group: &Group| group.digits <= 2 && matches!(value(group), 1..=12);
    let is_day_and_month = |one: &Group, other: &Group| {
        is_day(one) && is_day(other) && (is_month(one) || is_month(other))
    };
    let is_full = |group: &Group| group.digits == 4 && matches!(value(group), 1000..=2999);
    let is_short = |group: &Group| group.digits == 2 && matches!(joint, Joint::Dot | Joint::Slash);
    matches!(joint, Joint::Dot | Joint::Dash | Joint::Slash)
        && (is_day_and_month(first, second) && (is_full(third) || is_short(third))
            || is_full(first) && is_day_and_month(second, third))
}

/// `9.30`, or a range of full hours and such as `0800-1745`.
fn is_clock(text: &str, first: &Group, second: &Group) -> bool {
    let [first_value, second_value] =
        [first, second].map(|group| group.value(text).unwrap_or(u32::MAX));
    let is_round = |value: u32| {
        let (mut hours, mut minutes) = (0_u32, value);
        while minutes >= 100 && hours < 24 {
            minutes = minutes.wrapping_sub(100);
            hours = hours.wrapping_add(1);
        }
        hours < 24 && matches!(minutes, 0 | 15 | 30 | 45)
    };
    match second.joint {
        Joint::Dot => {
            first.digits <= 2 && second.digits == 2 && first_value < 24 && second_value < 60
        }
        Joint::Dash => {
            [first, second].iter().all(|group| group.digits == 4)
                && is_round(first_value)
                && is_round(second_value)
        }
        _ => false,
    }
}

/// An ISBN of thirteen digits in its five groups.
fn is_book(text: &str, groups: &[Group]) -> bool {
    let Some([first, rest @ ..]) = groups.get(..5) else { return false };
    let is_joined = |group: &Group| group.joint == Joint::Dash || group.joint == Joint::Space;
    matches!(first.value(text), Some(978 | 979))
        && rest.iter().all(is_joined)
        && rest.last().is_some_and(|group| group.digits == 1)
        && rest.iter().fold(0, |digits: usize, group| digits.saturating_add(group.digits)) == 10
}

/// A round amount with a sign between its thousands, or a fraction of many digits: how many groups.
fn amount(text: &str, groups: &[Group]) -> usize {
    let [first, rest @ ..] = groups else { return 0 };
    let Some(sign) = rest.first().map(|group| group.joint) else { return 0 };
    let begins_with_zero = first.values(text).next() == Some(0);
    if first.digits > 3
        || !matches!(sign, Joint::Dot | Joint::Space)
        || (begins_with_zero && first.digits > 1)
    {
        return 0;
    }
    if let ([fraction], Joint::Dot) = (rest, sign)
        && matches!(fraction.digits, 4..=9)
    {
        return 2;
    }
    let is_thousands = |group: &&Group| group.digits == 3 && group.joint == sign;
    let thousands = rest.iter().take_while(is_thousands).count();
    let is_last_round =
        rest.get(thousands.wrapping_sub(1)).is_some_and(|group| group.value(text) == Some(0));
    let ends = rest.get(thousands).is_none_or(|group| group.joint != sign);
    if is_last_round && ends && !begins_with_zero { thousands.saturating_add(1) } else { 0 }
}

const _: () = assert!(MAX_GROUPS < 16, "a bit for each group");
