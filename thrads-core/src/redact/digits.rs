//! What begins with a digit or holds one early: account numbers, addresses, cards, telephones and long numbers.
//!
//! The detectors of `redact` for them, in the order of [`Kind`]. A chain of digits is read once and its parts are tried.

use super::chain::{Group, Joint, chain_at, settled};
use super::scan::Wanted;
use super::sign::{code_at, sign_at, sign_before};
use super::{Kind, Kinds, Span, card, iban, ip, phone, shapes};

/// The first of them.
pub(super) fn find(text: &str, kinds: Kinds) -> Option<Span> {
    let mut from = 0;
    loop {
        let at = Wanted::DIGIT.first_in(text, from)?;
        if kinds.has(Kind::Iban)
            && let Some((start, end)) = iban::around(text, at)
        {
            return Some(Span { start, end, kind: Kind::Iban });
        }
        if kinds.has(Kind::Ip)
            && let Some((start, end)) = ip::v6_around(text, at)
        {
            return Some(Span { start, end, kind: Kind::Ip });
        }
        let chain = chain_at(text, at);
        let found = first_in(text, &chain, kinds);
        if found.is_some() {
            return found;
        }
        from = settled(&chain);
    }
}

/// Where to go on behind the digit at `at`, if nothing begins there.
#[cfg(not(target_os = "none"))]
pub(super) fn harmless_end(text: &str, at: usize) -> Option<usize> {
    if iban::around(text, at).is_some() || ip::v6_around(text, at).is_some() {
        return None;
    }
    let chain = chain_at(text, at);
    first_in(text, &chain, Kinds::ALL).is_none().then(|| settled(&chain))
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
#[inline(never)]
fn best_in(text: &str, groups: &[Group], kinds: Kinds) -> Option<(usize, Span)> {
    if Part::sum(groups) < MIN_DIGITS && groups.len() < 4 {
        return None;
    }
    let harmless = shapes::harmless(groups);
    let part = |first: usize, last: usize| Part::of(text, groups, first, last, harmless);
    let whole = part(0, groups.len().saturating_sub(1));
    let is_number = kinds.has(Kind::Number) && whole.is_some_and(|whole| whole.is_number());
    let kinds_and_least =
        [(Kind::Ip, 4), (Kind::Card, 13), (Kind::Phone, 8), (Kind::Number, MIN_DIGITS)];
    for (kind, least) in kinds_and_least {
        // A number in groups may well have one that begins like a telephone's.
        let ends = if is_number && kind == Kind::Phone { 1 } else { groups.len() };
        for first in 0..if kinds.has(kind) { ends } else { 0 } {
            for last in (first..groups.len()).rev() {
                // Shorter parts have fewer digits still.
                if groups.get(first..=last).is_none_or(|groups| Part::sum(groups) < least) {
                    break;
                }
                if let Some(part) = part(first, last)
                    && let Some(start) = part.start_as(kind)
                {
                    return Some((first, Span { start, end: part.end(), kind }));
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
        let groups = all.get(first..=last)?;
        let mut bits = harmless;
        for _ in 0..first {
            bits >>= 1;
        }
        for _ in groups {
            if bits & 1 != 0 {
                return None;
            }
            bits >>= 1;
        }
        Some(Self { text, groups, behind: Joint::of(all, last.saturating_add(1)) })
    }

    /// Where the part begins as one of this kind, if it is one.
    fn start_as(&self, kind: Kind) -> Option<usize> {
        let fits = match kind {
            Kind::Ip => ip::is_v4(self.groups, self.behind),
            Kind::Card => card::fits(self),
            Kind::Phone => return phone::start_of(self),
            _ => self.is_number(),
        };
        fits.then_some(self.start())
    }

    /// Long without a gap, long in groups, or a social security number of the United States.
    fn is_number(&self) -> bool {
        if let [one] = self.groups {
            return one.digits >= MIN_DIGITS && !(one.digits <= MAX_AMOUNT && self.has_currency());
        }
        let [first, rest @ ..] = self.groups else { return false };
        let is_long =
            self.digits() >= MIN_GROUPED && self.groups.iter().any(|group| group.digits > 2);
        let is_social = matches!(rest, [second, third] if (first.digits, second.digits, third.digits) == (3, 2, 4));
        (is_long || is_social) && rest.iter().all(|group| group.joint.is_plain())
    }

    pub(super) fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    pub(super) fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    pub(super) fn digits(&self) -> u8 {
        Self::sum(self.groups)
    }

    fn sum(groups: &[Group]) -> u8 {
        groups.iter().fold(0, |sum, group| sum.saturating_add(group.digits))
    }

    /// It hangs together with other digits more closely than by a space.
    pub(super) fn is_inside(&self) -> bool {
        [Joint::of(self.groups, 0), self.behind]
            .iter()
            .any(|joint| matches!(joint, Joint::Dot | Joint::Dash))
    }

    /// It is a part of a code: letters stand in front of it or behind it.
    #[inline(never)]
    pub(super) fn is_glued(&self) -> bool {
        let (sign, before) = sign_before(self.text, self.start());
        let is_prefix =
            sign == b'-' && self.groups.len() == 1 && is_of_code(sign_before(self.text, before).0);
        is_prefix || is_of_code(sign) || self.is_glued_behind()
    }

    pub(super) fn is_glued_behind(&self) -> bool {
        is_of_code(sign_at(self.text, self.end()).0)
    }

    fn has_currency(&self) -> bool {
        let (_, before) = sign_before(self.text, self.start());
        [before, self.end()].iter().any(|at| {
            let code = code_at(self.text, *at).0;
            matches!(code, 0x24 | 0xa3 | 0xa5 | 0x20a0..=0x20bf | 0xffe5)
                || CURRENCIES.contains(&code)
        })
    }
}

fn is_of_code(sign: u8) -> bool {
    sign == b'_' || sign.is_ascii_alphabetic()
}

/// 元 円 圆 块 원
const CURRENCIES: [u32; 5] = [0x5143, 0x5186, 0x5706, 0x5757, 0xc6d0];
/// Digits of the shortest number without a gap.
pub(super) const MIN_DIGITS: u8 = 7;
/// Digits of the shortest number in groups.
const MIN_GROUPED: u8 = 12;
/// Digits of the longest amount that is told by the currency stuck to it.
const MAX_AMOUNT: u8 = 9;
