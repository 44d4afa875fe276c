//! The sanitiser: the one way from an advertiser's text to what is shown or spoken.
//!
//! First step of `render`, over `class`. Section 5 of the wire contract asks for a label that is seen: so nothing gets
//! out that moves the cursor, turns the direction of writing, hides, or piles up over the lines around it.

use core::str::Chars;

use super::class::{Class, is_symbol};

/// The characters of a text that may be seen, without a space at either end and with one between words.
///
/// Of invisible characters only these get out: variation selectors behind what has an emoji form, U+200D between
/// emoji, and both joiners between letters of Arabic and Indic scripts. What stands beside them is judged as it gets
/// out, so leaving one character out never lets another in.
#[derive(Clone)]
pub(super) struct Clean<'t> {
    rest: Chars<'t>,
    last: char,
    /// Marks and selectors on the latest base.
    marks: u8,
}

impl<'t> Clean<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text.chars(), last: ' ', marks: 0 }
    }

    /// What got out last; a space before the first.
    pub(super) fn latest(&self) -> char {
        self.last
    }

    /// There is nothing to see. Asked before the first character is taken.
    pub(super) fn is_blank(&self) -> bool {
        self.clone().next().is_none()
    }

    /// Whether a character that changes the one before it may stand behind `last`.
    fn admits(&mut self, character: char, class: Class) -> bool {
        match class {
            Class::Mark => self.last != ' ' && self.marks < MAX_MARKS,
            Class::Selector => self.marks == 0 && has_emoji_form(self.last),
            _ => self.rest.clone().next().is_some_and(|next| joins(self.last, character, next)),
        }
    }
}

impl Iterator for Clean<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut gap = false;
        loop {
            let here = self.rest.clone();
            let character = self.rest.next()?;
            let class = Class::of(character);
            if class == Class::Space {
                gap = true;
            } else if class.is_base() {
                self.marks = 0;
                if gap && self.last != ' ' {
                    self.rest = here;
                    self.last = ' ';
                } else {
                    self.last = character;
                }
                return Some(self.last);
            } else if class != Class::Hidden && !gap && self.admits(character, class) {
                self.marks = self.marks.saturating_add(1);
                self.last = character;
                return Some(character);
            }
        }
    }
}

/// Whether `joiner` has a use between two characters that stand side by side. The next one is looked at as it came, and
/// is one that surely gets out.
fn joins(last: char, joiner: char, next: char) -> bool {
    let emoji = joiner == ZERO_WIDTH_JOINER
        && (is_symbol(last) || last == EMOJI_SELECTOR)
        && is_symbol(next);
    let letters = is_of_joining_script(last) && is_of_joining_script(next);
    (emoji || letters) && Class::of(next).is_base()
}

/// Arabic to Sinhala, the scripts whose spelling needs joiners.
fn is_of_joining_script(character: char) -> bool {
    matches!(character, '\u{0600}'..='\u{0dff}')
}

fn has_emoji_form(character: char) -> bool {
    is_symbol(character) || matches!(character, '#' | '*' | '0'..='9')
}

pub(super) const ZERO_WIDTH_JOINER: char = '\u{200d}';
pub(super) const EMOJI_SELECTOR: char = '\u{fe0f}';

/// Marks on one character; those above it are left out. No spelling needs more, and a pile of them covers the lines
/// above and below, the label with them.
const MAX_MARKS: u8 = 4;

#[cfg(test)]
mod tests {
    use super::super::samples::TEXTS;
    use super::*;

    fn clean(text: &str) -> String {
        Clean::new(text).collect()
    }

    /// Written from the Unicode standard (Cc, Zl, Zp, Co, noncharacters, Default_Ignorable_Code_Point and the
    /// interlinear annotations), not from the table.
    fn must_not_get_out(character: char) -> bool {
        let code = u32::from(character);
        character.is_control()
            || matches!(code, 0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f)
            || matches!(code, 0x200b | 0x200e..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164)
            || matches!(code, 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0d | 0xfeff | 0xffa0)
            || matches!(code, 0xfff0..=0xfffc | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a)
            || code & 0xfffe == 0xfffe
            || code >= 0xe0000
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn no_character_slips_through_wherever_it_stands() {
        let planes =
            ['\u{1b000}'..='\u{1ffff}', '\u{2fff0}'..='\u{2ffff}', '\u{3fff0}'..='\u{40010}']
                .into_iter()
                .chain([
                    '\u{dfff0}'..='\u{e0fff}',
                    '\u{efff0}'..='\u{f0010}',
                    '\u{10fff0}'..=char::MAX,
                ])
                .flatten();
        for character in ('\0'..='\u{ffff}').chain(planes) {
            let alone = clean(character.encode_utf8(&mut [0; 4]));
            let between = [
                format!("a{character}b"),
                format!("\u{1f468}{character}\u{1f469}"),
                format!("ب{character}ب"),
                format!("\u{200d}{character}\u{fe0f}{character}\u{301}"),
            ];
            for text in between.iter().map(|text| clean(text)).chain([alone]) {
                assert!(!text.contains(must_not_get_out), "{:x}: {text:?}", u32::from(character));
                assert!(!text.contains(|c: char| c.is_whitespace() && c != ' '), "{text:?}");
                assert_eq!(clean(&text), text);
            }
        }
    }

    #[test]
    fn cleaning_what_is_clean_changes_nothing() {
        for text in TEXTS {
            let once = clean(text);
            assert!(!once.contains(must_not_get_out), "{once:?}");
            assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
            assert_eq!(clean(&once), once);
        }
    }

    #[test]
    fn ordinary_text_of_any_language_stays_as_it_is() {
        for text in [
            "Geräuscharm – für Großküchen!",
            "L’été « ça alors »",
            "静かで安全な電気ケトル。「二年保証」",
            "不滴水的电热水壶，两年质保。",
            "غلاية كهربائية هادئة، هل تريد المزيد؟ مُحَمَّدٌ",
            "می\u{200c}خواهم",
            "קומקום חשמלי שָׁלוֹם",
            "ශ්\u{200d}රී ලංකා",
            "กาต้มน้ำ",
            "☕️ 👍🏽 ❤️‍🔥 👨‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 🇩🇪 🐦‍⬛ 🏳️‍⚧️",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn an_ansi_escape_loses_its_escape() {
        assert_eq!(clean("\u{1b}[31mred\u{1b}[0m"), "[31mred[0m");
        assert_eq!(clean("\u{9b}31mred\0"), "31mred");
    }

    #[test]
    fn white_space_becomes_one_space() {
        assert_eq!(clean(" \r\n\ta \u{200b}\u{a0}\u{2028}\u{3000}b\u{85}\u{b} \0 \n"), "a b");
        assert_eq!(clean("a\u{200b}b\u{ad}c"), "abc");
    }

    #[test]
    fn marks_never_reach_what_is_not_the_advertisers() {
        assert_eq!(clean("\u{301}\u{20e3}a \u{301}b"), "a b");
        assert_eq!(clean("\u{1b}\u{301}\u{200b}\u{301}"), "");
        assert_eq!(clean("\u{fe0f}\u{200d}\u{200c}"), "");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn marks_do_not_pile_up() {
        let pile: String = ['Z'].into_iter().chain(core::iter::repeat_n('\u{300}', 1000)).collect();
        assert_eq!(clean(&pile).chars().count(), 1 + usize::from(MAX_MARKS));
        let mixed = format!("Z\u{200b}\u{300}{}", "\u{200d}\u{300}\u{202e}\u{fe0f}".repeat(1000));
        assert_eq!(clean(&mixed).chars().count(), 1 + usize::from(MAX_MARKS));
    }

    #[test]
    fn joiners_stay_only_where_they_join() {
        assert_eq!(clean("a\u{200d}b\u{200c}c\u{200d}"), "abc");
        assert_eq!(clean("👨\u{200d}\u{202e}👩"), "👨👩");
        assert_eq!(clean("👨\u{200d}\u{200d}👩"), "👨\u{200d}👩");
        assert_eq!(clean("👨\u{200d}\u{2800}👩"), "👨 👩");
        assert_eq!(clean("👨 \u{200d}👩\u{200d}x"), "👨 👩x");
        assert_eq!(clean("ب\u{200c}\u{61c}ب\u{200c}\u{64e}\u{200c}"), "بب\u{64e}");
        assert_eq!(clean("a\u{fe0f} \u{fe0f}☕\u{fe0f}\u{fe0f}"), "a ☕\u{fe0f}");
    }

    #[test]
    fn the_flag_of_england_loses_its_tags() {
        assert_eq!(clean("🏴\u{e0067}\u{e0062}\u{e007f}"), "🏴");
    }
}
