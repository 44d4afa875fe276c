//! What begins with a digit or holds one early: account numbers, addresses, cards, telephones and long numbers.
//!
//! The detectors of `redact` for them, in the order of [`Kind`]. A chain of digits is read once and its parts are tried.

use super::chain::{Group, Joint, chain_at, settled};
use super::scan::Wanted;
use super::sign::Text;
use super::{Find, Kind, Kinds, Stretch, card, iban, ip, phone, shapes};

/// The first of them.
pub(super) fn find(text: &Text<'_>, kinds: Kinds) -> Find {
    let mut from = 0;
    while let Some(at) = Wanted::DIGIT.first_in(text, from) {
        let mut found = look(text, at, kinds);
        if found.place.is_empty() {
            let chain = chain_at(text, at);
            found = first_in(text, &chain, kinds);
            from = settled(&chain);
        }
        if !found.place.is_empty() {
            return found;
        }
    }
    Find { place: text.behind(), kind: Kind::Number }
}

/// What holds letters as well as the digit at `at`.
fn look(text: &Text<'_>, at: usize, kinds: Kinds) -> Find {
    let mut place = Stretch::NONE;
    if kinds.has(Kind::Iban) {
        place = iban::around(text, at);
    }
    if !place.is_empty() {
        return Find { place, kind: Kind::Iban };
    }
    if kinds.has(Kind::Ip) {
        place = ip::v6_around(text, at);
    }
    Find { place, kind: Kind::Ip }
}

/// Where to go on behind the digit at `at`, if nothing begins there.
#[cfg(not(target_os = "none"))]
pub(super) fn harmless_end(text: &Text<'_>, at: usize) -> Option<usize> {
    if !look(text, at, Kinds::ALL).place.is_empty() {
        return None;
    }
    let chain = chain_at(text, at);
    first_in(text, &chain, Kinds::ALL).place.is_empty().then(|| settled(&chain))
}

/// The first find in a chain. What stands before a find is tried again by itself, since without it something may be left that
/// is one.
fn first_in(text: &Text<'_>, groups: &[Group], kinds: Kinds) -> Find {
    let mut found = Find { place: Stretch::NONE, kind: Kind::Number };
    let mut count = groups.len();
    while let Some((first, find)) = best_in(text, groups.get(..count).unwrap_or_default(), kinds) {
        found = find;
        count = first;
    }
    found
}

/// The first part that is of the first kind, the longest of them, and the index of its first group.
fn best_in(text: &Text<'_>, groups: &[Group], kinds: Kinds) -> Option<(usize, Find)> {
    let all = Part::of(text, groups, 0, groups.len());
    if all.digits < MIN_DIGITS && groups.len() < 4 {
        return None;
    }
    let harmless = shapes::harmless(groups);
    let is_number = kinds.has(Kind::Number) && harmless == 0 && all.is_number();
    for &(kind, least, most) in &KINDS {
        if !kinds.has(kind) {
            continue;
        }
        // A number in groups may well have one that begins like a telephone's.
        let firsts = if is_number && kind == Kind::Phone { 1 } else { groups.len() };
        for first in 0..firsts {
            let last = groups.len().min(first.wrapping_add(most.into()));
            for end in (first..=last).rev() {
                let part = Part::of(text, groups, first, end);
                // Shorter parts have fewer digits still.
                if part.digits < u32::from(least) {
                    break;
                }
                let start = if part.bits & harmless == 0 { part.start_as(kind) } else { None };
                if let Some(start) = start {
                    return Some((first, Find { place: Stretch { start, end: part.end }, kind }));
                }
            }
        }
    }
    None
}

/// Neighbouring groups of a chain.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) text: &'p Text<'p>,
    pub(super) groups: &'p [Group],
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many there are in all groups.
    pub(super) digits: u32,
    /// How many there are in each, up to 15, four bits for each of the last eight.
    pub(super) lengths: u32,
    /// One for each group, as those of `shapes` are.
    bits: u32,
    /// The set of what joins the groups.
    pub(super) joints: u8,
    /// The set of what joins the part to what is before and behind.
    pub(super) around: u8,
}

impl<'p> Part<'p> {
    /// The groups from `first` to in front of `end`.
    #[cfg_attr(target_os = "none", inline(never))]
    fn of(text: &'p Text<'p>, all: &'p [Group], first: usize, end: usize) -> Self {
        let groups = all.get(first..end).unwrap_or_default();
        let (mut digits, mut lengths, mut bits) = (0_u32, 0_u32, 0_u32);
        let (mut joints, mut around) = (0, Joint::of(all, end) as u8);
        let mut place = Stretch::NONE;
        for group in groups {
            if bits == 0 {
                place.start = group.start;
                around |= group.joint as u8;
            } else {
                joints |= group.joint as u8;
            }
            place.end = group.end;
            digits = digits.wrapping_add(group.digits.into());
            lengths = lengths << 4 | u32::from(group.digits.min(15));
            bits = bits << 1 | 1;
        }
        let Stretch { start, end } = place;
        let bits = bits.wrapping_shl(u32::from(first.to_le_bytes()[0]));
        Self { text, groups, start, end, digits, lengths, bits, joints, around }
    }

    /// Where the part begins as one of this kind, if it is one.
    fn start_as(&self, kind: Kind) -> Option<usize> {
        let fits = match kind {
            Kind::Ip => ip::is_v4(self),
            Kind::Card => card::fits(self),
            Kind::Phone => return phone::start_of(self),
            _ => self.is_number(),
        };
        fits.then_some(self.start)
    }

    /// Long without a gap, long in groups, or a social security number of the United States.
    fn is_number(&self) -> bool {
        if self.groups.len() < 2 {
            let is_amount = self.digits <= MAX_AMOUNT && self.has_currency();
            return self.digits >= MIN_DIGITS && !is_amount;
        }
        let is_long =
            self.digits >= MIN_GROUPED && self.groups.iter().any(|group| group.digits > 2);
        (is_long || self.lengths == 0x324) && self.is_plain()
    }

    /// Its groups are joined as those of any number.
    pub(super) fn is_plain(&self) -> bool {
        self.joints & !(Joint::Space as u8 | Joint::Dash as u8) == 0
    }

    /// It hangs together with other digits more closely than by a space.
    pub(super) fn is_inside(&self) -> bool {
        self.around & (Joint::Dot as u8 | Joint::Dash as u8) != 0
    }

    /// It is a part of a code: letters stand in front of it or behind it.
    #[inline(never)]
    pub(super) fn is_glued(&self) -> bool {
        let (sign, before) = self.text.sign_before(self.start);
        let is_prefix =
            sign == b'-' && self.groups.len() == 1 && is_of_code(self.text.sign_before(before).0);
        is_prefix || is_of_code(sign) || self.is_glued_behind()
    }

    pub(super) fn is_glued_behind(&self) -> bool {
        is_of_code(self.text.sign_at(self.end).0)
    }

    fn has_currency(&self) -> bool {
        let (_, before) = self.text.sign_before(self.start);
        is_currency(self.text.code_at(before).0) || is_currency(self.text.code_at(self.end).0)
    }
}

fn is_of_code(sign: u8) -> bool {
    sign == b'_' || sign.is_ascii_alphabetic()
}

fn is_currency(code: u32) -> bool {
    matches!(code, 0x24 | 0xa3 | 0xa5 | 0x20a0..=0x20bf | 0xffe5) || CURRENCIES.contains(&code)
}

/// 元 円 圆 块 원
const CURRENCIES: [u32; 5] = [0x5143, 0x5186, 0x5706, 0x5757, 0xc6d0];
/// What is made of parts of a chain, in order: the fewest digits and the most groups that it has.
static KINDS: [(Kind, u8, u8); 4] = [
    (Kind::Ip, 4, 4),
    (Kind::Card, 13, u8::MAX),
    (Kind::Phone, 8, u8::MAX),
    (Kind::Number, MIN_DIGITS.to_le_bytes()[0], u8::MAX),
];
/// Digits of the shortest number without a gap.
pub(super) const MIN_DIGITS: u32 = 7;
/// Digits of the shortest number in groups.
const MIN_GROUPED: u32 = 12;
/// Digits of the longest amount that is told by the currency stuck to it.
const MAX_AMOUNT: u32 = 9;
