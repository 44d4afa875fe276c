//! Arithmetic that a small processor has no instruction for.
//!
//! Part of `time`, which needs most of it.

/// Quotient and remainder. A division by 0 has remainder `value`.
///
/// A Cortex-M0+ has no instruction for it, and the library's routines for 64 and 32 bits are 1.3 KB of flash; this one is
/// a twentieth of that, and as slow as a few hundred instructions.
pub(crate) const fn divide(value: u64, by: u32) -> (u64, u32) {
    if cfg!(target_pointer_width = "64") && by > 0 {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder is below `by`")]
        #[expect(clippy::arithmetic_side_effects, reason = "`by` is not 0")]
        return (value / by as u64, (value % by as u64) as u32);
    }
    long_division(value, by)
}

/// A bit at a time, from the highest: the quotient grows in the bits that the value leaves.
const fn long_division(mut value: u64, by: u32) -> (u64, u32) {
    let mut rest = 0_u32;
    let mut bits = u64::BITS;
    while bits > 0 {
        let carry = rest >> 31;
        rest = rest << 1 | (value >> 63 != 0) as u32;
        value <<= 1;
        if carry != 0 || rest >= by {
            rest = rest.wrapping_sub(by);
            value |= 1;
        }
        bits = bits.wrapping_sub(1);
    }
    (value, rest)
}

/// `value` times 1000, or the largest number: a Cortex-M0+ has no instruction for a product of 64 bits, and one that tells
/// of an overflow is a hundred bytes of flash at each place.
pub(crate) const fn thousandfold(value: u64) -> u64 {
    if value > u64::MAX >> 10 {
        return u64::MAX;
    }
    (value << 10).wrapping_sub(value << 4).wrapping_sub(value << 3)
}

pub(super) fn split(value: u32, by: u32) -> (u32, u32) {
    let (quotient, rest) = divide(value.into(), by);
    (u32::try_from(quotient).unwrap_or(0), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_division_divides() {
        for value in [
            0,
            1,
            9,
            10,
            999,
            0xffff_ffff,
            0x1_0000_0000,
            1_777_885_200_999,
            u64::MAX - 1,
            u64::MAX,
        ] {
            for by in [1, 2, 3, 10, 365, 1000, 86_400, 0x7fff_ffff, 0x8000_0001, u32::MAX] {
                let expected = (value / u64::from(by), (value % u64::from(by)) as u32);
                assert_eq!(long_division(value, by), expected, "{value} / {by}");
                assert_eq!(divide(value, by), expected, "{value} / {by}");
            }
        }
    }

    #[test]
    fn a_thousandfold_is_exact_or_the_largest() {
        for value in [0, 1, 7, 999, 1_777_885_200, u64::MAX >> 10] {
            assert_eq!(thousandfold(value), value * 1000);
        }
        assert_eq!(thousandfold((u64::MAX >> 10) + 1), u64::MAX);
    }
}
