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
    let all = Part::of(text, groups, 0);
    if all.digits < MIN_DIGITS && groups.len() < 4 {
        return None;
    }
    let harmless = shapes::harmless(groups);
    let is_number = kinds.has(Kind::Number) && harmless == 0 && all.is_number();
    for &(kind, least) in &KINDS {
        if !kinds.has(kind) {
            continue;
        }
        // A number in groups may well have one that begins like a telephone's.
        let firsts = if is_number && kind == Kind::Phone { 1 } else { groups.len() };
        for first in 0..firsts {
            let mut part = Part::of(text, groups.get(first..)?, first);
            // Shorter parts have fewer digits still.
            while part.digits >= least {
                if part.bits & harmless == 0
                    && let Some(start) = part.start_as(kind)
                {
                    return Some((first, Span { start, end: part.end, kind }));
                }
                part.pop();
            }
        }
    }
    None
}

/// Neighbouring groups of a chain.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) text: &'p str,
    pub(super) groups: &'p [Group],
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many there are in all groups.
    pub(super) digits: u32,
    /// One for each group, as those of `shapes` are.
    bits: u32,
    behind: Joint,
}

impl<'p> Part<'p> {
    /// All of these groups, the first of which has this index in its chain.
    #[inline(never)]
    fn of(text: &'p str, groups: &'p [Group], first: usize) -> Self {
        let (mut digits, mut bits, mut end) = (0_u32, 0_u32, 0);
        for group in groups {
            digits = digits.wrapping_add(group.digits.into());
            bits = bits << 1 | 1;
            end = group.end;
        }
        let start = groups.first().map_or(0, |group| group.start);
        let bits = bits.wrapping_shl(u32::from(first.to_le_bytes()[0]));
        Self { text, groups, start, end, digits, bits, behind: Joint::Edge }
    }

    /// Leaves the last group out.
    fn pop(&mut self) {
        if let Some((last, rest)) = self.groups.split_last() {
            self.groups = rest;
            self.digits = self.digits.wrapping_sub(last.digits.into());
            self.bits &= self.bits >> 1;
            self.behind = last.joint;
            self.end = rest.last().map_or(0, |group| group.end);
        }
    }

    /// Where the part begins as one of this kind, if it is one.
    fn start_as(&self, kind: Kind) -> Option<usize> {
        let fits = match kind {
            Kind::Ip => ip::is_v4(self.groups, self.behind),
            Kind::Card => card::fits(self),
            Kind::Phone => return phone::start_of(self),
            _ => self.is_number(),
        };
        fits.then_some(self.start)
    }

    /// Long without a gap, long in groups, or a social security number of the United States.
    fn is_number(&self) -> bool {
        if let [one] = self.groups {
            return self.digits >= MIN_DIGITS && !(one.digits <= MAX_AMOUNT && self.has_currency());
        }
        let [first, rest @ ..] = self.groups else { return false };
        let is_long =
            self.digits >= MIN_GROUPED && self.groups.iter().any(|group| group.digits > 2);
        let is_social = matches!(rest, [second, third] if (first.digits, second.digits, third.digits) == (3, 2, 4));
        (is_long || is_social) && rest.iter().all(|group| group.joint.is_plain())
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
        let (sign, before) = sign_before(self.text, self.start);
        let is_prefix =
            sign == b'-' && self.groups.len() == 1 && is_of_code(sign_before(self.text, before).0);
        is_prefix || is_of_code(sign) || self.is_glued_behind()
    }

    pub(super) fn is_glued_behind(&self) -> bool {
        is_of_code(sign_at(self.text, self.end).0)
    }

    fn has_currency(&self) -> bool {
        let (_, before) = sign_before(self.text, self.start);
        [before, self.end].iter().any(|at| {
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
/// What is made of parts of a chain, in order, and the fewest digits that it has.
static KINDS: [(Kind, u32); 4] =
    [(Kind::Ip, 4), (Kind::Card, 13), (Kind::Phone, 8), (Kind::Number, MIN_DIGITS)];
/// Digits of the shortest number without a gap.
pub(super) const MIN_DIGITS: u32 = 7;
/// Digits of the shortest number in groups.
const MIN_GROUPED: u32 = 12;
/// Digits of the longest amount that is told by the currency stuck to it.
const MAX_AMOUNT: u8 = 9;
