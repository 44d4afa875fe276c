//! Arabic letters in the form that their neighbours give them.
//!
//! Under `visual`. Fonts without shaping have the joined forms as characters of their own (Unicode's blocks Arabic
//! Presentation Forms A and B), in the order isolated, final, initial, medial.

use heapless::Vec;

/// Puts the joined form in the place of each letter, and one character in the place of lam and alef.
pub(crate) fn join<T, const N: usize>(line: &mut Vec<T, N>, of: impl Fn(&mut T) -> &mut char) {
    let mut before = None;
    let mut at = 0;
    while at < line.len() {
        let letter = *of(&mut line[at]);
        if super::columns(letter) == 0 && letter != NON_JOINER {
            at += 1;
            continue;
        }
        if let Some((form, forms)) = letter_forms(letter) {
            let next = (at + 1..line.len()).find(|next| {
                let character = *of(&mut line[*next]);
                super::columns(character) > 0 || character == NON_JOINER
            });
            let following = next.map(|next| *of(&mut line[next]));
            let ligature = following.and_then(|alef| lam_alef(letter, alef));
            let joins_back = before == Some(4) && forms > 1;
            let joins_on = forms == 4 && following.is_some_and(joins_back_to);
            let shaped = match ligature {
                Some(ligature) => ligature + u32::from(joins_back),
                None => form + u32::from(joins_back) + 2 * u32::from(joins_on),
            };
            *of(&mut line[at]) = char::from_u32(shaped).unwrap_or(letter);
            before = Some(forms);
            if let (Some(_), Some(next)) = (ligature, next) {
                line.remove(next);
                before = Some(2);
            }
        } else {
            before = (letter == TATWEEL).then_some(4);
        }
        at += 1;
    }
}

/// The isolated form of a letter, and how many forms it has: 4 where it joins on both sides, 2 where it joins to the letter
/// before it, 1 where to none.
fn letter_forms(letter: char) -> Option<(u32, u32)> {
    if let Some(&(_, form, forms)) = PERSIAN.iter().find(|(persian, _, _)| *persian == letter) {
        return Some((form, forms));
    }
    let place = match letter {
        '\u{621}'..='\u{63a}' => u32::from(letter) - 0x621,
        '\u{641}'..='\u{64a}' => u32::from(letter) - 0x641 + 26,
        _ => return None,
    };
    let place = usize::try_from(place).ok()?;
    let forms = *FORMS.get(place)?;
    Some((0xfe80 + FORMS[..place].iter().sum::<u32>(), forms))
}

fn joins_back_to(letter: char) -> bool {
    letter == TATWEEL || letter_forms(letter).is_some_and(|(_, forms)| forms > 1)
}

fn lam_alef(lam: char, alef: char) -> Option<u32> {
    let form = match alef {
        'آ' => 0xfef5,
        'أ' => 0xfef7,
        'إ' => 0xfef9,
        'ا' => 0xfefb,
        _ => return None,
    };
    (lam == 'ل').then_some(form)
}

/// How many forms the letters from hamza to ghain and from feh to yeh have, which follow one another in block B.
const FORMS: [u32; 36] = [
    1, 2, 2, 2, 2, 4, 2, 4, 2, 4, 4, 4, 4, 4, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, //
    4, 4, 4, 4, 4, 4, 4, 2, 2, 4,
];

/// Letters of Persian and Urdu, in block A.
const PERSIAN: [(char, u32, u32); 6] = [
    ('پ', 0xfb56, 4),
    ('چ', 0xfb7a, 4),
    ('ژ', 0xfb8a, 2),
    ('ک', 0xfb8e, 4),
    ('گ', 0xfb92, 4),
    ('ی', 0xfbfc, 4),
];

/// Lengthens the line between two letters, joined to both.
const TATWEEL: char = '\u{640}';
const NON_JOINER: char = '\u{200c}';

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let mut line: Vec<char, 64> = text.chars().collect();
        join(&mut line, |character| character);
        line.into_iter().collect()
    }

    #[test]
    fn a_letter_takes_the_form_of_its_place() {
        assert_eq!(joined("ب"), "\u{fe8f}");
        assert_eq!(joined("ببب"), "\u{fe91}\u{fe92}\u{fe90}");
        assert_eq!(joined("بيت"), "\u{fe91}\u{fef4}\u{fe96}");
        assert_eq!(joined("دار"), "\u{fea9}\u{fe8d}\u{fead}");
        assert_eq!(joined("قهوة"), "\u{fed7}\u{feec}\u{feee}\u{fe93}");
        assert_eq!(joined("مساء"), "\u{fee3}\u{feb4}\u{fe8e}\u{fe80}");
    }

    #[test]
    fn lam_and_alef_become_one() {
        assert_eq!(joined("لا"), "\u{fefb}");
        assert_eq!(joined("الآن"), "\u{fe8d}\u{fef5}\u{fee5}");
        assert_eq!(joined("بلا"), "\u{fe91}\u{fefc}");
    }

    #[test]
    fn marks_between_letters_do_not_part_them_and_a_non_joiner_does() {
        assert_eq!(joined("بَب"), "\u{fe91}\u{64e}\u{fe90}");
        assert_eq!(joined("می\u{200c}خ"), "\u{fee3}\u{fbfd}\u{200c}\u{fea5}");
        assert_eq!(joined("ب ب"), "\u{fe8f} \u{fe8f}");
        assert_eq!(joined("Latin, 静か"), "Latin, 静か");
    }
}
