//! What begins with a digit or holds one early: account numbers, addresses, cards, telephones and long numbers.
//!
//! The detectors of `redact` for them, in the order of [`Kind`]. A chain of digits is read once and its parts are tried.

use super::chain::{Chain, Group, Joint};
use super::chars::fold;
use super::scan::first_digit;
use super::{Kind, Kinds, Span, card, iban, ip, phone, shapes};

/// The first of them.
pub(super) fn find(text: &str, kinds: Kinds) -> Option<Span> {
    let mut from = 0;
    loop {
        let at = first_digit(text, from)?;
        let span = |kind| move |(start, end)| Span { start, end, kind };
        let account = kinds.has(Kind::Iban).then(|| iban::around(text, at)).flatten();
        let address = || kinds.has(Kind::Ip).then(|| ip::v6_around(text, at)).flatten();
        let found = account.map(span(Kind::Iban)).or_else(|| address().map(span(Kind::Ip)));
        if found.is_some() {
            return found;
        }
        let chain = Chain::read(text, at);
        if let Some(span) = first_in(text, chain.groups(), kinds) {
            return Some(span);
        }
        from = chain.settled();
    }
}

/// The first find in a chain. What stands before a find is tried again by itself, since without it something may be left that
/// is one.
fn first_in(text: &str, groups: &[Group], kinds: Kinds) -> Option<Span> {
    let mut found = None;
    let mut groups = groups;
    while let Some((first, span)) = best_in(text, groups, kinds) {
        found = Some(span);
        groups = groups.get(..first).unwrap_or_default();
    }
    found
}

/// The first part that is of the first kind, the longest of them, and the index of its first group.
fn best_in(text: &str, groups: &[Group], kinds: Kinds) -> Option<(usize, Span)> {
    let digits = |groups: &[Group]| {
        groups.iter().fold(0_usize, |sum, group| sum.saturating_add(group.digits))
    };
    if digits(groups) < MIN_DIGITS && groups.len() < 4 {
        return None;
    }
    let harmless = shapes::harmless(text, groups);
    let whole = Part::of(text, groups, 0, groups.len().saturating_sub(1), harmless);
    let is_number = kinds.has(Kind::Number) && whole.is_some_and(|whole| whole.is_number());
    for kind in [Kind::Ip, Kind::Card, Kind::Phone, Kind::Number]
        .into_iter()
        .filter(|kind| kinds.has(*kind))
    {
        for first in 0..groups.len() {
            // A number in groups may well have one that begins like a telephone's.
            if is_number && first > 0 && kind == Kind::Phone {
                break;
            }
            for last in (first..groups.len()).rev() {
                let part = Part::of(text, groups, first, last, harmless);
                if let Some(span) = part.and_then(|part| part.span(kind)) {
                    return Some((first, span));
                }
            }
        }
    }
    None
}

/// Neighbouring groups of a chain.
pub(super) struct Part<'p> {
    pub(super) text: &'p str,
    pub(super) groups: &'p [Group],
    before: Joint,
    behind: Joint,
}

impl<'p> Part<'p> {
    fn of(
        text: &'p str,
        all: &'p [Group],
        first: usize,
        last: usize,
        harmless: u16,
    ) -> Option<Self> {
        let own = harmless >> first & !(u16::MAX << 1 << last.saturating_sub(first));
        let groups = all.get(first..=last).filter(|_| own == 0)?;
        let before = groups.first()?.joint;
        let behind = all.get(last.saturating_add(1)).map_or(Joint::Edge, |group| group.joint);
        Some(Self { text, groups, before, behind })
    }

    fn span(&self, kind: Kind) -> Option<Span> {
        let start = self.groups.first()?.start;
        let end = self.groups.last()?.end;
        let start = match kind {
            Kind::Ip => {
                ip::is_v4(self.text, self.groups, self.before, self.behind).then_some(start)
            }
            Kind::Card => card::fits(self).then_some(start),
            Kind::Phone => phone::start_of(self),
            _ => self.is_number().then_some(start),
        }?;
        Some(Span { start, end, kind })
    }

    /// Long without a gap, long in groups, or a social security number of the United States.
    fn is_number(&self) -> bool {
        let is_joined = |group: &Group| matches!(group.joint, Joint::Space | Joint::Dash);
        match self.groups {
            [one] => one.digits >= MIN_DIGITS && !(one.digits <= MAX_AMOUNT && self.has_currency()),
            [first, rest @ ..] => {
                let is_long = self.digits() >= MIN_GROUPED
                    && self.groups.iter().any(|group| group.digits > 2);
                let lengths = self.groups.iter().map(|group| group.digits);
                rest.iter().all(is_joined)
                    && (is_long || (first.digits == 3 && lengths.eq([3, 2, 4])))
            }
            [] => false,
        }
    }

    pub(super) fn digits(&self) -> usize {
        self.groups.iter().fold(0, |sum, group| sum.saturating_add(group.digits))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.groups.iter().flat_map(|group| group.values(self.text))
    }

    /// It hangs together with other digits more closely than by a space.
    pub(super) fn is_inside(&self) -> bool {
        [self.before, self.behind].iter().any(|joint| matches!(joint, Joint::Dot | Joint::Dash))
    }

    /// It is a part of a code: letters stand in front of it or behind it.
    pub(super) fn is_glued(&self) -> bool {
        let mut back = self.ahead().chars().rev();
        let first = back.next().map(fold);
        let is_letter = |character: Option<char>| {
            character.is_some_and(|character| character.is_ascii_alphabetic())
        };
        let is_prefix =
            self.groups.len() == 1 && first == Some('-') && is_letter(back.next().map(fold));
        is_prefix || is_letter(first) || first == Some('_') || self.is_glued_behind()
    }

    pub(super) fn is_glued_behind(&self) -> bool {
        self.rest()
            .chars()
            .next()
            .map(fold)
            .is_some_and(|character| character.is_ascii_alphabetic() || character == '_')
    }

    fn has_currency(&self) -> bool {
        let is_sign = |character: char| {
            matches!(
                fold(character),
                '$' | '€' | '£' | '¥' | '￥' | '元' | '円' | '圆' | '块' | '₩' | '원' | '₹'
            )
        };
        self.ahead().chars().next_back().is_some_and(is_sign)
            || self.rest().chars().next().is_some_and(is_sign)
    }

    fn ahead(&self) -> &'p str {
        self.groups.first().and_then(|group| self.text.get(..group.start)).unwrap_or_default()
    }

    fn rest(&self) -> &'p str {
        self.groups.last().and_then(|group| self.text.get(group.end..)).unwrap_or_default()
    }
}

/// Digits of the shortest number without a gap.
const MIN_DIGITS: usize = 7;
/// Digits of the shortest number in groups.
const MIN_GROUPED: usize = 12;
/// Digits of the longest amount that is told by the currency stuck to it.
const MAX_AMOUNT: usize = 9;
