//! Whole numbers out of JSON number text: no floating point, so no 20 KB of soft-float on a Cortex-M0+.
//!
//! A helper of `response`; the rule is contract case T78.

/// `number` times `10^places`, rounded half up. `None` if it is negative or more than a `u64` holds.
///
/// `number` must be of JSON's grammar; minus zero is zero.
pub(crate) fn scaled(number: &[u8], places: i32) -> Option<u64> {
    let (is_negative, unsigned) = match number.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let find = |text: &[u8], byte| text.iter().position(|&other| other | 0x20 == byte);
    let end = find(unsigned, b'e').unwrap_or(unsigned.len());
    let (mantissa, exponent) = unsigned.split_at_checked(end)?;
    let point = find(mantissa, b'.').unwrap_or(end);
    // Digits before the point of the result; the one behind them rounds it.
    let mut whole = i32::try_from(point)
        .unwrap_or(LIMIT)
        .min(LIMIT)
        .wrapping_add(parse_exponent(exponent))
        .wrapping_add(places);
    let (mut value, mut is_up, mut is_zero) = (0_u64, false, true);
    for digit in mantissa.iter().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        is_zero &= digit == 0;
        match whole {
            ..0 => continue,
            0 => is_up = digit >= 5,
            1.. => value = push(value, digit)?,
        }
        whole = whole.wrapping_sub(1);
    }
    if is_zero || is_negative {
        return is_zero.then_some(0);
    }
    // What is not zero overflows before long.
    while whole > 0 {
        value = push(value, 0)?;
        whole = whole.wrapping_sub(1);
    }
    value.checked_add(is_up.into())
}

/// One digit more, without a product of 64 bits, which is a routine on a Cortex-M0+.
#[cfg_attr(target_os = "none", inline(never))]
fn push(value: u64, digit: u8) -> Option<u64> {
    if value > u64::MAX / 10 {
        return None;
    }
    (value << 3).wrapping_add(value << 1).checked_add(digit.into())
}

/// `exp = ("e" / "E") [ "-" / "+" ] 1*DIGIT`, clamped to what can matter.
fn parse_exponent(text: &[u8]) -> i32 {
    let Some(signed) = text.get(1..) else { return 0 };
    let digits = signed.strip_prefix(b"-").or(signed.strip_prefix(b"+")).unwrap_or(signed);
    let value = digits.iter().fold(0_i32, |value, digit| {
        value.wrapping_mul(10).wrapping_add(i32::from(digit.wrapping_sub(b'0'))).min(LIMIT)
    });
    if signed.starts_with(b"-") { value.wrapping_neg() } else { value }
}

/// An exponent beyond this makes every number of a body zero or too large.
const LIMIT: i32 = 1 << 24;

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
