//! International bank account numbers: a country, its length, and a checksum (ISO 13616).
//!
//! A detector of `redact`, asked where a digit is that may be the first of a check number.

use super::chars::{fold, is_plain};

/// The account number whose first digit is at `at`: from where to where.
pub(super) fn around(text: &str, at: usize) -> Option<(usize, usize)> {
    let (before, _) = text.split_at_checked(at)?;
    let mut back = before.char_indices().rev();
    let (_, second) = back.next()?;
    let (start, first) = back.next()?;
    let length = length_of(fold(first), fold(second))?;
    if is_plain(back.next().map(|(_, character)| fold(character))) {
        return None;
    }
    let end = start.saturating_add(end_of(text.get(start..)?, length)?);
    Some((start, end))
}

/// Where `length` letters and digits end that begin this text, grouped or not, if their checksum is right.
fn end_of(text: &str, length: usize) -> Option<usize> {
    let mut sums = Checksum::default();
    let mut count = 0_usize;
    let mut was_gap = false;
    for (at, character) in text.char_indices() {
        match fold(character) {
            plain if plain.is_ascii_alphanumeric() => {
                if count == length {
                    return None;
                }
                sums.add(plain, count);
                count = count.saturating_add(1);
                was_gap = false;
                if count == length && !is_plain(text.get(at..)?.chars().nth(1).map(fold)) {
                    let end = at.saturating_add(character.len_utf8());
                    return sums.is_right().then_some(end);
                }
            }
            ' ' | '-' if !was_gap => was_gap = true,
            _ => return None,
        }
    }
    None
}

/// The number modulo 97, with the first four characters moved to its end.
#[derive(Default)]
struct Checksum {
    front: u32,
    rest: u32,
}

impl Checksum {
    fn add(&mut self, plain: char, at: usize) {
        let value = plain.to_digit(36).unwrap_or(0);
        let sum = if at < 4 { &mut self.front } else { &mut self.rest };
        let shift = if value < 10 { 10 } else { 100 };
        *sum = modulo_97(sum.wrapping_mul(shift).wrapping_add(value));
    }

    fn is_right(&self) -> bool {
        // Two letters and two digits in front are six digits; 10^6 is 27 modulo 97.
        modulo_97(self.rest.wrapping_mul(27).wrapping_add(self.front)) == 1
    }
}

/// Without division, for which a small core has no instruction.
fn modulo_97(number: u32) -> u32 {
    let mut rest = number;
    let mut part = 97 << 7;
    while part >= 97 {
        if rest >= part {
            rest = rest.wrapping_sub(part);
        } else {
            part >>= 1;
        }
    }
    rest
}

/// Letters and digits in the account numbers of a country.
fn length_of(first: char, second: char) -> Option<usize> {
    let code = [first, second].map(|letter| u8::try_from(letter.to_ascii_uppercase()).unwrap_or(0));
    let is_own = |entry: &&[u8; 3]| entry.starts_with(&code);
    LENGTHS
        .as_chunks()
        .0
        .iter()
        .find(is_own)
        .map(|[.., length]| usize::from(length.wrapping_sub(b'0')))
}

/// Country and length, the length as the character so far behind `0`; the registry of SWIFT, release 99.
const LENGTHS: &[u8] = b"\
    ADHAEGALLATDAZLBADBE@BGFBHFBIKBRMBYLCHECRFCYLCZHDEFDJKDKBDOLEEDEGMESHFIBFKBFOBFRKGBF\
    GEFGIGGLBGRKGTLHNLHREHULIEFILGIQGISJITKJONKWNKZDLBLLCPLIELTDLUDLVELYIMCKMDHMEFMKCMND\
    MRKMTOMUNNILNLBNO?OMGPKHPLLPSMPTIQAMROHRSFRUQSAHSCOSDBSEHSICSKHSMKSOGSTISVLTLGTNHTRJ\
    UAMVAFVGHXKDYEN";
