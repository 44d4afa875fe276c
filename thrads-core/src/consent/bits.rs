//! Bits of a string in base64url without padding, as consent strings are written.
//!
//! Part of `consent`.

/// The bits in order. A character that is no base64url ends them.
#[derive(Clone)]
pub(super) struct Bits<'t> {
    rest: &'t [u8],
    sextet: u8,
    left: u8,
}

impl<'t> Bits<'t> {
    /// Those of `text`; `None` if it is empty or has another character.
    pub(super) fn of(text: &'t [u8]) -> Option<Self> {
        let is_well_formed = !text.is_empty() && text.iter().all(|byte| value(*byte).is_some());
        is_well_formed.then_some(Self { rest: text, sextet: 0, left: 0 })
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            let (first, rest) = self.rest.split_first()?;
            (self.sextet, self.rest, self.left) = (value(*first)?, rest, 6);
        }
        self.left = self.left.wrapping_sub(1);
        self.sextet = self.sextet.wrapping_shl(1);
        Some(self.sextet & 0x40 != 0)
    }

    /// A number of so many bits, 32 at most.
    pub(super) fn number(&mut self, bits: u8) -> Option<u32> {
        let mut number = 0_u32;
        for _ in 0..bits {
            number = number << 1 | u32::from(self.bit()?);
        }
        Some(number)
    }

    /// Passes over so many.
    pub(super) fn skip(&mut self, bits: u8) -> Option<()> {
        for _ in 0..bits {
            self.bit()?;
        }
        Some(())
    }
}

fn value(byte: u8) -> Option<u8> {
    let (first, base) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'-' => (b'-', 62),
        b'_' => (b'_', 63),
        _ => return None,
    };
    Some(byte.wrapping_sub(first).wrapping_add(base))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::written;
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let text = written(&[(5, 3), (1023, 10), (0, 1), (0xdead_beef, 32)]);
        let mut bits = Bits::of(text.as_bytes()).unwrap();
        assert_eq!(bits.number(3), Some(5));
        assert_eq!(bits.number(10), Some(1023));
        assert_eq!(bits.skip(1), Some(()));
        assert_eq!(bits.number(32), Some(0xdead_beef));
        assert_eq!(bits.number(9), None);
    }

    #[test]
    fn other_characters_are_refused() {
        for text in ["", "a+", "a=", "a b", "é"] {
            assert!(Bits::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
