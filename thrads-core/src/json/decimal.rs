//! Whole numbers out of JSON number text: no floating point, so no 20 KB of soft-float on a Cortex-M0+.
//!
//! A helper of `response`; the rule is contract case T78.

/// `number` times `10^places`, rounded half up. `None` if it is negative or more than a `u64` holds.
///
/// `number` must be of JSON's grammar; minus zero is zero.
pub(crate) fn scaled(number: &[u8], places: i32) -> Option<u64> {
    let (negative, unsigned) = match number.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let exponent_at =
        unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(unsigned.len());
    let (mantissa, exponent) = unsigned.split_at_checked(exponent_at)?;
    let point = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
    let digits = mantissa.iter().filter(|byte| byte.is_ascii_digit());
    let is_zero = digits.clone().all(|&digit| digit == b'0');
    if is_zero || negative {
        return is_zero.then_some(0);
    }
    let whole =
        i32::try_from(point).ok()?.saturating_add(parse_exponent(exponent)).saturating_add(places);
    round(digits.map(|digit| u64::from(digit.wrapping_sub(b'0'))), whole)
}

/// The number whose first `whole` digits are `digits`, filled up with zeros, the digit behind rounding it.
fn round(digits: impl Iterator<Item = u64>, whole: i32) -> Option<u64> {
    let Ok(whole) = usize::try_from(whole) else { return Some(0) };
    let mut digits = digits.chain(core::iter::repeat(0));
    let mut value = 0_u64;
    // A number that is not zero overflows before its digits, leading zeros aside, reach this many.
    for taken in 0..whole {
        value = value.checked_mul(10)?.checked_add(digits.next()?)?;
        if value == 0 && taken > MAX_LEADING_ZEROS {
            return Some(0);
        }
    }
    value.checked_add(u64::from(digits.next()? >= 5))
}

/// `exp = ("e" / "E") [ "-" / "+" ] 1*DIGIT`, clamped to what can matter.
fn parse_exponent(text: &[u8]) -> i32 {
    let Some(signed) = text.get(1..) else { return 0 };
    let digits = signed.strip_prefix(b"-").or(signed.strip_prefix(b"+")).unwrap_or(signed);
    let value = digits.iter().fold(0_i32, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(i32::from(digit.wrapping_sub(b'0')))
            .min(EXPONENT_LIMIT)
    });
    if signed.starts_with(b"-") { value.saturating_neg() } else { value }
}

/// Beyond this an exponent makes every number of a 1 MiB body zero or too large.
const EXPONENT_LIMIT: i32 = 1 << 24;
/// Zeros before the first other digit that are walked through; more than a body can hold.
const MAX_LEADING_ZEROS: usize = 1 << 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_become_micros() {
        let cases = [
            ("5", 5_000_000),
            ("5.5", 5_500_000),
            ("5e0", 5_000_000),
            ("5E+0", 5_000_000),
            ("0.0", 0),
            ("-0", 0),
            ("1e-7", 0),
            ("5e-7", 1),
            ("4.9e-7", 0),
            ("2.35", 2_350_000),
            ("0.0000005", 1),
            ("1.9999995", 2_000_000),
            ("123e-8", 1),
            ("0.00000000000000000000000001e26", 1_000_000),
            ("-0.0e9", 0),
            ("0e999999999", 0),
            ("18446744073709.551615", u64::MAX),
            ("1e-999999999999", 0),
        ];
        for (text, micros) in cases {
            assert_eq!(scaled(text.as_bytes(), 6), Some(micros), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        for text in [
            "1e400",
            "123456789012345678901234567890",
            "-1",
            "-1e-9",
            "18446744073709.551616",
            "1e99999999999",
        ] {
            assert_eq!(scaled(text.as_bytes(), 6), None, "{text}");
        }
    }
}
