//! An advertiser's words in lines: cleaned and broken by the core's `card`, drawn by `face`.
//!
//! Everything goes through [`card`] or [`plain`], so what the core keeps out of a terminal (controls, overrides, invisible
//! characters, piles of marks) stays out of a picture too, and lines break where they break there.

mod face;
#[cfg(feature = "unifont")]
mod letters;
mod visual;

pub(crate) use face::{Face, Pen, has_glyph};

use core::fmt::{self, Write};
use heapless::String;
use thrads_core::{Ad, ChatbotPrompt, DEFAULT_CTA, card, plain};
use unicode_width::UnicodeWidthChar;
use visual::{Shaped, is_from_right};

/// A line, clean, and no longer than was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    text: String<LINE_BYTES>,
    /// The text that it is a line of is read from the right.
    is_from_right: bool,
}

impl Line {
    /// The label of an ad and who is behind it.
    pub(crate) fn label<T: AsRef<str>>(ad: &Ad<T>, columns: u32) -> Option<Self> {
        Self::nth(ad, columns, 0)
    }

    /// The line of this number, from 0, of a text.
    pub(crate) fn of_text(text: &str, columns: u32, number: usize) -> Option<Self> {
        let ad = Ad::ChatbotPrompt(ChatbotPrompt {
            prompt: text,
            link: "",
            brand: None,
            sponsored_prompt_id: None,
            icon: None,
            token: None,
        });
        let line = Self::nth(&ad, columns, number + 1)?;
        Some(Self { is_from_right: is_from_right(text), ..line })
    }

    /// The call to action of a message, or what stands for one without.
    pub(crate) fn of_call(call: Option<&str>, columns: u32) -> Self {
        let call = call.filter(|call| plain(call).next().is_some()).unwrap_or(DEFAULT_CTA);
        let mut text = String::new();
        let _full = plain(call).try_for_each(|character| text.push(character));
        let mut line = Self { is_from_right: is_from_right(&text), text };
        if width(&line.text) > columns {
            line.cut(columns);
        }
        line
    }

    /// The first lines of a text, no more than `most`; the last of them ends with a sign where there were more. Lines of
    /// which nothing can be drawn are left out.
    pub(crate) fn first(text: &str, columns: u32, most: u32) -> impl Iterator<Item = Self> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let lines = (0..most).map_while(move |number| {
            let mut line = Self::of_text(text, columns, number)?;
            if number + 1 == most && Self::of_text(text, columns, most).is_some() {
                line.cut(columns);
            }
            Some(line)
        });
        lines.filter(|line| Shaped::new(line).columns() > 0)
    }

    /// A text of this crate's own, which needs no cleaning.
    pub(crate) fn own(text: String<8>) -> Self {
        Self { text: text.chars().collect(), is_from_right: false }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_from_right(&self) -> bool {
        self.is_from_right
    }

    /// Makes room for a sign of what is left out, and puts it there.
    fn cut(&mut self, columns: u32) {
        while width(&self.text) >= columns.max(1) || self.text.len() + CUT.len_utf8() > LINE_BYTES {
            self.text.pop();
        }
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        let _has_room = self.text.push(CUT);
    }

    fn nth<T: AsRef<str>>(ad: &Ad<T>, columns: u32, number: usize) -> Option<Self> {
        let columns = usize::try_from(columns).ok()?;
        let mut lines = Nth { before: number, text: String::new() };
        let stopped = card(ad, columns, &mut lines).is_err();
        // A card without text has no line at all.
        let is_there = stopped || lines.before == 0 && !lines.text.is_empty();
        is_there.then_some(Self { text: lines.text, is_from_right: false })
    }
}

/// Columns of a text: 2 for East Asian characters, 0 for marks, 1 for others, as the core counts them or fewer.
pub(crate) fn width(text: &str) -> u32 {
    text.chars().map(columns).sum()
}

/// Columns of a character.
pub(crate) fn columns(character: char) -> u32 {
    match character {
        // One to the core.
        '\u{17a4}' | '\u{1d300}'..='\u{1d37f}' => 1,
        _ => character.width().and_then(|columns| u32::try_from(columns).ok()).unwrap_or(0),
    }
}

/// Keeps one line of what is written and stops the writer behind it.
struct Nth {
    /// Lines still to come before it.
    before: usize,
    text: String<LINE_BYTES>,
}

impl Write for Nth {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match (character, self.before) {
            ('\n', 0) => return Err(fmt::Error),
            ('\n', _) => self.before -= 1,
            // Marks can make a line longer than its memory; what is behind that is left out.
            (_, 0) => drop(self.text.push(character)),
            _ => {}
        }
        Ok(())
    }
}

/// The longest line: 80 columns of three bytes, and some marks.
const LINE_BYTES: usize = 384;

/// Columns that a line may have, however wide a display is.
pub(crate) const MAX_COLUMNS: u32 = 80;

const CUT: char = '…';

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, columns: u32, most: u32) -> Vec<std::string::String> {
        Line::first(text, columns, most).map(|line| line.as_str().to_owned()).collect()
    }

    #[test]
    fn text_is_cleaned_and_broken_as_the_core_does() {
        assert_eq!(
            lines("Kettles \u{1b}[31m\u{202e}that\n do not drip", 12, 9),
            ["Kettles", "[31mthat do", "not drip"]
        );
        assert!(lines(" \u{200b}\n", 12, 9).is_empty());
        assert!(lines("", 12, 9).is_empty());
    }

    #[test]
    fn what_is_left_out_is_shown_by_a_sign() {
        assert_eq!(lines("Steel, quiet, two-year covers", 14, 2), ["Steel, quiet,", "two-year…"]);
        assert_eq!(lines("Steel, quiet, two-year", 13, 1), ["Steel, quiet…"]);
        assert_eq!(lines("静かで安全な電気ケトル", 10, 1), ["静かで安…"]);
        assert!(lines("Steel", 13, 0).is_empty());
    }

    #[test]
    fn a_call_to_action_is_cleaned_and_never_blank() {
        let call = |text| Line::of_call(text, 9).as_str().to_owned();
        assert_eq!(call(Some("Find your size")), "Find you…");
        assert_eq!(call(Some("[Buy]")), "[Buy]");
        assert_eq!(call(Some("\u{200b}")), "Learn Mo…");
        assert_eq!(call(None), "Learn Mo…");
    }

    #[test]
    fn no_line_is_longer_than_its_memory() {
        let marks = "a\u{300}\u{301}\u{302}\u{303}".repeat(200);
        for text in [&*marks, &"漢".repeat(200), &"👨‍👩‍👧‍👦".repeat(200), &"x".repeat(10_000)]
        {
            for line in lines(text, MAX_COLUMNS, 4) {
                assert!(line.len() <= LINE_BYTES && width(&line) <= MAX_COLUMNS, "{line}");
            }
        }
    }

    /// The core counts as many columns as this crate draws, or more, so no line leaves its place.
    #[test]
    fn no_character_is_wider_than_the_core_counts_it() {
        let is_narrow_there = |character: &char| {
            let text = format!("xxxxxxxx{character}");
            Line::of_text(&text, 9, 0).unwrap().as_str().contains(*character)
        };
        let wide = (' '..'\u{40000}').filter(|character| columns(*character) == 2);
        let wider: Vec<_> = wide.filter(is_narrow_there).collect();
        assert!(wider.is_empty(), "{wider:x?}");
    }
}
