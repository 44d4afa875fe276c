//! Strings of the IAB Europe Transparency and Consent Framework, version 2: the purposes of the core segment.
//!
//! Part of `consent`. The platform has no number on the list of vendors that could be looked up, so vendors are not read.

use super::Permission;
use super::bits::Bits;

/// What a string allows; `None` if it is none.
pub(super) fn read(string: &[u8]) -> Option<Permission> {
    let mut segments = string.split(|byte| *byte == b'.');
    let mut core = Bits::of(segments.next()?)?;
    // Vendors that were disclosed or allowed, and the publisher's own purposes.
    let mut others = 0_u8;
    for segment in segments {
        Bits::of(segment)?;
        others = others.saturating_add(1);
    }
    if core.number(6)? != VERSION || others > MAX_OTHERS {
        return None;
    }
    core.skip(TO_PURPOSES)?;
    let (consents, interests) = (core.number(24)?, core.number(24)?);
    core.skip(TO_VENDORS)?;
    let has = |purposes: u32, purpose: u32| purposes.wrapping_shl(purpose) & 1 << 24 != 0;
    let has_all = [1, 2, 3, 4].iter().all(|purpose| has(consents, *purpose));
    Some(if has_all {
        Permission::Everything
    } else if has(consents | interests, 2) {
        Permission::Context
    } else {
        Permission::NoConsent
    })
}

const VERSION: u32 = 2;
/// From the version to the purposes: two times, the tool that asked, its screen and language, the list of vendors, the
/// policy, two flags, and twelve special features.
const TO_PURPOSES: u8 = 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 2 + 12;
/// From the purposes to the vendors' first entry: a flag, a country, their highest number, and how they are listed.
const TO_VENDORS: u8 = 1 + 12 + 16 + 1;
const MAX_OTHERS: u8 = 3;

#[cfg(test)]
mod tests {
    use super::super::fixture::tcf as string;
    use super::*;

    #[test]
    fn purposes_decide() {
        for (consents, interests, permission) in [
            (&[1, 2, 3, 4][..], &[][..], Permission::Everything),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], &[2, 7], Permission::Everything),
            (&[1, 2, 3], &[4], Permission::Context),
            (&[2], &[], Permission::Context),
            (&[], &[2], Permission::Context),
            (&[1, 3, 4], &[7], Permission::NoConsent),
            (&[], &[], Permission::NoConsent),
        ] {
            assert_eq!(read(string(consents, interests).as_bytes()), Some(permission));
        }
    }

    #[test]
    fn a_string_of_the_specification_is_read() {
        // Purposes 1 to 3 by consent, and a segment of vendors.
        let example = "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw";
        assert_eq!(read(example.as_bytes()), Some(Permission::Context));
        let core = example.split('.').next().unwrap();
        assert_eq!(read(core.as_bytes()), read(example.as_bytes()));
    }

    #[test]
    fn what_is_no_such_string_is_refused() {
        let good = string(&[1, 2, 3, 4], &[]);
        for length in 0..39 {
            assert_eq!(read(&good.as_bytes()[..length]), None, "{length}");
        }
        for bad in [
            good.replacen('C', "B", 1),
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.A=="),
            format!("{good}.A.A.A.A"),
            format!(" {good}"),
        ] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(read(format!("{good}.IAAA").as_bytes()), Some(Permission::Everything));
    }
}
