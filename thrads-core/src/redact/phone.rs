//! Telephone numbers: international ones, and national ones by the forms that countries write them in.
//!
//! A detector of `redact` for a part of a chain.

use super::chain::Joint;
use super::digits::Part;

/// Where the number begins, with its `+` and the bracket around its code, if the part is one.
#[inline(never)]
pub(super) fn start_of(part: &Part<'_>) -> Option<usize> {
    if part.is_inside() || part.lengths & 0xf < 2 {
        return None;
    }
    let mut open = 0_i32;
    for group in part.groups.get(1..)? {
        match group.joint {
            Joint::Open => open = open.wrapping_add(1),
            Joint::Close => open = open.wrapping_sub(1),
            _ => {}
        }
    }
    let (sign, before) = part.text.sign_before(part.start);
    let has_plus = sign == b'+';
    let mut start = if has_plus { before } else { part.start };
    if open != 0 {
        // A bracket in front belongs to the number only if it closes inside.
        let (sign, bracket) = part.text.sign_before(start);
        if open != -1 || sign != b'(' {
            return None;
        }
        start = bracket;
    }
    let is_glued = if has_plus { part.is_glued_behind() } else { part.is_glued() };
    (!is_glued && is_number(part, has_plus)).then_some(start)
}

fn is_number(part: &Part<'_>, has_plus: bool) -> bool {
    let digits = part.digits;
    let head @ [first, second, third, ..] = head(part);
    match (first, second, third) {
        // A country and 8 to 15 digits with it (ITU-T E.164).
        (1.., ..) if has_plus => return matches!(digits, 8..=15),
        (0, 0, 1..) if matches!(digits, 10..=17) => return true,
        // National; six pairs are a draw of a lottery.
        (0, ..) => return matches!(digits, 9..=12) && part.lengths != 0x22_2222,
        _ => {}
    }
    let front = first << 4 | second;
    let is_national = |form: &Form| {
        u32::from(form.lengths) == part.lengths
            && (form.least..=form.most).contains(&front)
            && head.get(usize::from(form.above_one)).is_none_or(|digit| *digit > 1)
    };
    let is_italian =
        first == 3 && digits == 10 && part.groups.first().is_some_and(|group| group.digits != 2);
    FORMS.iter().any(is_national) || is_italian
}

/// The first five digits.
fn head(part: &Part<'_>) -> [u8; 5] {
    let mut head = [0; 5];
    let mut at = part.start;
    let mut slots = head.iter_mut();
    while at < part.end {
        let (sign, next) = part.text.sign_at(at);
        if sign.is_ascii_digit() {
            let Some(slot) = slots.next() else { break };
            *slot = sign & 0xf;
        }
        at = next;
    }
    head
}

/// How a country writes its numbers.
struct Form {
    /// Digits of each group, as in [`Part::lengths`].
    lengths: u16,
    /// What the first two digits are, four bits for each.
    least: u8,
    most: u8,
    /// The index of a digit that is neither 0 nor 1; 5 for none.
    above_one: u8,
}

impl Form {
    const fn new(lengths: u16, least: u8, most: u8, above_one: u8) -> Self {
        Self { lengths, least, most, above_one }
    }
}

/// North America and those who write as it does, China, Spain and service numbers.
static FORMS: [Form; 11] = [
    Form::new(0x334, 0x00, 0x99, 5),
    Form::new(0x1334, 0x10, 0x19, 5),
    Form::new(10, 0x20, 0x99, 3),
    Form::new(11, 0x12, 0x12, 4),
    Form::new(11, 0x13, 0x19, 5),
    Form::new(0x344, 0x13, 0x19, 5),
    Form::new(9, 0x60, 0x99, 5),
    Form::new(0x333, 0x60, 0x99, 5),
    Form::new(0x3222, 0x60, 0x99, 5),
    Form::new(0x2322, 0x60, 0x99, 5),
    Form::new(0x36, 0x80, 0x99, 5),
];
