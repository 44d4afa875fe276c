//! Strings of the IAB's Global Privacy Platform: a header that lists sections, and a string for each.
//!
//! Part of `consent`. It decides here: the platform has no place for it.

use super::bits::Bits;
use super::{Permission, tcf, us_privacy};

/// What a string allows, and whether a consent under the GDPR is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Read {
    pub(super) permission: Permission,
    pub(super) has_tcf: bool,
}

/// `None` if it is no such string. Sections that are not known count as ones that say no.
pub(super) fn read(string: &[u8]) -> Option<Read> {
    let mut sections = string.split(|byte| *byte == b'~');
    let mut header = Bits::of(sections.next()?)?;
    if (header.number(6)?, header.number(6)?) != (TYPE, VERSION) {
        return None;
    }
    let mut read = Read { permission: Permission::Everything, has_tcf: false };
    let mut id = 0_u32;
    for _ in 0..header.number(12)? {
        let is_range = header.bit()?;
        let first = id.checked_add(fibonacci(&mut header)?)?;
        id = if is_range { first.checked_add(fibonacci(&mut header)?)? } else { first };
        for id in first..=id {
            read.permission = read.permission.max(section(id, sections.next()?)?);
            read.has_tcf |= id == TCF_EU;
        }
    }
    sections.next().is_none().then_some(read)
}

/// What a section allows; `None` if it cannot be read.
fn section(id: u32, text: &[u8]) -> Option<Permission> {
    match id {
        TCF_EU => return tcf::read(text),
        US_PRIVACY => return us_privacy::read(text),
        US_NATIONAL..=CONNECTICUT => {}
        _ => return Some(Permission::NoConsent),
    }
    let mut segments = text.split(|byte| *byte == b'.');
    let mut core = Bits::of(segments.next()?)?;
    let version = core.number(6)?;
    // Bits of notices, refusals, bits on sensitive data, and answers about a child that is known.
    let (notices, refusals, sensitive, children) = match (id, version) {
        (_, 0) => return None,
        (US_NATIONAL, 1) => (12, 3, 24, 2),
        (US_NATIONAL, 2) => (12, 3, 32, 3),
        (CALIFORNIA, 1) => (6, 2, 18, 2),
        (VIRGINIA, 1) => (6, 2, 16, 1),
        (COLORADO, 1) => (6, 2, 14, 1),
        (UTAH, 1) => (8, 2, 16, 1),
        (CONNECTICUT, 1) => (6, 2, 16, 3),
        _ => return Some(Permission::NoConsent),
    };
    core.skip(notices)?;
    let mut is_refused = answers(&mut core, refusals)? & MADE != 0;
    core.skip(sensitive)?;
    // Whether somebody consents for the child does not matter here: children are shown no ads.
    let is_child = answers(&mut core, children)? & (MADE | NOT_MADE) != 0;
    for segment in segments {
        is_refused |= has_signal(segment)?;
    }
    Some(match (is_child, is_refused) {
        (true, _) => Permission::Child,
        (false, true) => Permission::Context,
        (false, false) => Permission::Everything,
    })
}

/// So many answers of two bits, as a set; `None` if one is none that there is.
fn answers(bits: &mut Bits<'_>, count: u8) -> Option<u8> {
    let mut given = 0;
    for _ in 0..count {
        given |= match bits.number(2)? {
            0 => 0,
            1 => MADE,
            2 => NOT_MADE,
            _ => return None,
        };
    }
    Some(given)
}

/// Whether a segment is the one of Global Privacy Control, and it is on.
fn has_signal(segment: &[u8]) -> Option<bool> {
    let mut bits = Bits::of(segment)?;
    Some(bits.number(2)? == PRIVACY_CONTROL && bits.bit()?)
}

/// A number as a sum of Fibonacci numbers, the smallest first, with a one behind the last.
fn fibonacci(bits: &mut Bits<'_>) -> Option<u32> {
    let (mut number, mut weight, mut next, mut was_one) = (0_u32, 1_u32, 2_u32, false);
    loop {
        let is_one = bits.bit()?;
        if is_one && was_one {
            return Some(number);
        }
        if is_one {
            number = number.checked_add(weight)?;
        }
        was_one = is_one;
        (weight, next) = (next, weight.checked_add(next)?);
    }
}

const TYPE: u32 = 3;
const VERSION: u32 = 1;
const TCF_EU: u32 = 2;
const US_PRIVACY: u32 = 6;
const US_NATIONAL: u32 = 7;
const CALIFORNIA: u32 = 8;
const VIRGINIA: u32 = 9;
const COLORADO: u32 = 10;
const UTAH: u32 = 11;
const CONNECTICUT: u32 = 12;
/// A refusal that was made, and one that was not; of a child, that nobody consents and that somebody does.
const MADE: u8 = 1;
const NOT_MADE: u8 = 2;
/// The type of a segment.
const PRIVACY_CONTROL: u32 = 1;

#[cfg(test)]
mod tests {
    use super::super::fixture::{tcf as tcf_string, written};
    use super::*;

    /// A header with these sections' numbers, each by itself.
    fn header(ids: &[u64]) -> String {
        let mut fields = vec![(3, 6), (1, 6), (ids.len() as u64, 12)];
        let mut before = 0;
        for id in ids {
            fields.push((0, 1));
            // The Zeckendorf form, the smallest number first.
            let (mut rest, mut ones) = (id - before, vec![]);
            for (at, weight) in [1, 2, 3, 5, 8, 13].into_iter().enumerate().rev() {
                if weight <= rest {
                    rest -= weight;
                    ones.push(at);
                }
            }
            let last = ones[0];
            fields.extend((0..=last).map(|at| (u64::from(ones.contains(&at)), 1)));
            fields.push((1, 1));
            before = *id;
        }
        written(&fields)
    }

    fn national(sale: u64, sharing: u64, targeted: u64) -> String {
        written(&[(1, 6), (0, 12), (sale, 2), (sharing, 2), (targeted, 2), (0, 40)])
    }

    fn permission(string: &str) -> Option<Permission> {
        read(string.as_bytes()).map(|read| read.permission)
    }

    #[test]
    fn headers_of_the_specification_are_read() {
        // Whole bytes there; here no more characters than there are bits for.
        assert_eq!(header(&[2]) + "A", "DBABMA");
        assert_eq!(header(&[2, 6]), "DBACNY");
        let tcf = tcf_string(&[1, 2, 3, 4], &[]);
        let both = read(format!("DBACNY~{tcf}~1YYN").as_bytes()).unwrap();
        assert_eq!(both, Read { permission: Permission::Context, has_tcf: true });
        // The same two and those between them, as a range: 2 to 6.
        let range = written(&[(3, 6), (1, 6), (1, 12), (1, 1), (0b011, 3), (0b1011, 4)]);
        assert_eq!(permission(&format!("{range}~{tcf}~A~A~A~1YNN")), Some(Permission::NoConsent));
    }

    #[test]
    fn each_section_that_is_known_decides() {
        let tcf = tcf_string(&[2], &[]);
        // What is first asked about a child; nothing was refused.
        let child = |version, notices, refusals: u8, sensitive, answer| {
            let fields =
                [(version, 6), (0, notices), (0, 2 * refusals), (0, sensitive), (answer, 2)];
            written(&[&fields[..], &[(0, 12)]].concat())
        };
        let two = |version, notices, sale, other| {
            written(&[(version, 6), (0, notices), (sale, 2), (other, 2), (0, 30)])
        };
        for (id, section, expected) in [
            (2, tcf, Some(Permission::Context)),
            (2, "nonsense".into(), None),
            (6, "1YNN".into(), Some(Permission::Everything)),
            (7, national(2, 2, 2), Some(Permission::Everything)),
            (7, national(0, 0, 0), Some(Permission::Everything)),
            (7, national(1, 2, 2), Some(Permission::Context)),
            (7, national(2, 1, 2), Some(Permission::Context)),
            (7, national(2, 2, 1), Some(Permission::Context)),
            (7, national(3, 2, 2), None),
            (7, format!("{}.YA", national(2, 2, 2)), Some(Permission::Context)),
            (7, format!("{}.QA", national(2, 2, 2)), Some(Permission::Everything)),
            (7, format!("{}.", national(2, 2, 2)), None),
            (8, two(1, 6, 2, 1), Some(Permission::Context)),
            (9, two(1, 6, 1, 2), Some(Permission::Context)),
            (10, two(1, 6, 2, 2), Some(Permission::Everything)),
            (11, two(1, 8, 2, 1), Some(Permission::Context)),
            (12, two(1, 6, 0, 1), Some(Permission::Context)),
            (12, two(0, 6, 0, 0), None),
            (7, child(1, 12, 3, 24, 1), Some(Permission::Child)),
            (7, child(1, 12, 3, 24, 2), Some(Permission::Child)),
            (7, child(1, 12, 3, 24, 3), None),
            (7, child(2, 12, 3, 32, 1), Some(Permission::Child)),
            (7, child(3, 12, 3, 32, 1), Some(Permission::NoConsent)),
            (8, child(1, 6, 2, 18, 2), Some(Permission::Child)),
            (9, child(1, 6, 2, 16, 1), Some(Permission::Child)),
            (10, child(1, 6, 2, 14, 1), Some(Permission::Child)),
            (11, child(1, 8, 2, 16, 1), Some(Permission::Child)),
            (12, child(1, 6, 2, 16, 1), Some(Permission::Child)),
            (10, two(2, 6, 2, 2), Some(Permission::NoConsent)),
            (5, "CAAA".into(), Some(Permission::NoConsent)),
            (13, two(1, 6, 2, 2), Some(Permission::NoConsent)),
        ] {
            let string = format!("{}~{section}", header(&[id]));
            assert_eq!(permission(&string), expected, "{id} {section}");
        }
    }

    #[test]
    fn what_is_no_such_string_is_refused() {
        let good = format!("{}~1YNN", header(&[6]));
        assert_eq!(permission(&good), Some(Permission::Everything));
        for length in 0..good.len() {
            assert_eq!(read(&good.as_bytes()[..length]), None, "{length}");
        }
        for bad in [format!("{good}~1YNN"), format!("~{good}"), good.replacen('D', "C", 1)] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
        // A section's number that is beyond all numbers, and a range of four thousand million.
        let zeros = "A".repeat(40);
        assert_eq!(read(format!("DBAB{zeros}~1YNN").as_bytes()), None);
        assert_eq!(read(format!("DBAB{}", "_".repeat(9)).as_bytes()), None);
    }
}
