//! An advertiser's text as words that can be said.
//!
//! Between `text` and `speaker`, for section 5 of the wire contract: no address, no markup and no sign gets out.

use core::fmt::{self, Write};

use super::class::{Class, is_symbol};
use super::speaker::{Speaker, is_stop};
use super::text::Clean;
use super::voice::Phrases;
use crate::target::cut;

/// A text on its way to words.
pub(super) struct Words<'t> {
    rest: Clean<'t>,
    /// The character before the rest; a space behind what was left out.
    before: char,
    number: Number,
}

/// The number that has just been said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    None,
    One,
    Other,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: Clean::new(text), before: ' ', number: Number::None }
    }

    /// Says what comes next and answers whether that was the end.
    pub(super) fn step<W: Write>(
        &mut self,
        speaker: &mut Speaker<'_, W>,
    ) -> Result<bool, fmt::Error> {
        let here = self.rest.clone();
        let Some(character) = next(&mut self.rest) else { return Ok(true) };
        let phrases = speaker.phrases;
        let is_first = !is_word(self.before);
        if self.number != Number::None
            && let Some(found) = find(phrases.units, &here, false)
        {
            self.replace(found, speaker)?;
        } else if is_first && let Some(found) = find(phrases.words, &here, true) {
            self.replace(found, speaker)?;
        } else if is_first && let Some(host) = site(&here) {
            self.rest = host;
            self.name_site(speaker)?;
        } else if let Some(found) = self.sign(character, phrases, &here) {
            self.rest = if character == '&' { self.behind_entity() } else { found.1.clone() };
            if is_currency(character) {
                self.amount(speaker)?;
            }
            let rest = self.rest.clone();
            self.replace((found.0, rest), speaker)?;
            speaker.put(' ')?;
            self.before = ' ';
        } else {
            self.character(character, speaker)?;
        }
        Ok(false)
    }

    /// Says in place of what was found.
    fn replace<W: Write>(
        &mut self,
        (said, rest): (&str, Clean<'t>),
        speaker: &mut Speaker<'_, W>,
    ) -> fmt::Result {
        let (stem, more) = cut(said, b'/');
        speaker.phrase(stem)?;
        if self.number != Number::One {
            speaker.phrase(more.unwrap_or_default())?;
        }
        (self.rest, self.before, self.number) = (rest, LETTER, Number::None);
        Ok(())
    }

    /// What a sign is said as, where it stands for that.
    fn sign<'p>(
        &self,
        sign: char,
        phrases: &Phrases<'p>,
        here: &Clean<'t>,
    ) -> Option<(&'p str, Clean<'t>)> {
        let is_before_digit = ahead(&self.rest).is_ascii_digit();
        let stands = match sign {
            '#' => is_before_digit,
            '-' => is_before_digit && !is_word(self.before),
            '–' => is_before_digit && self.before.is_ascii_digit(),
            '&' => self.entity().is_none() || begins(&self.rest, "am", false).is_some(),
            _ => !sign.is_ascii_alphanumeric(),
        };
        find(phrases.signs, here, false).filter(|_| stands)
    }

    /// Says a character that stands for itself, or leaves it out.
    fn character<W: Write>(&mut self, here: char, speaker: &mut Speaker<'_, W>) -> fmt::Result {
        let (before, ahead) = (self.before, ahead(&self.rest));
        let is_inside = is_word(before) || is_word(ahead);
        let is_between_digits = before.is_ascii_digit() && ahead.is_ascii_digit();
        self.before = here;
        if here != ' ' {
            self.number = self.number_with(before, here);
        }
        match here {
            '<' if (ahead.is_ascii_alphabetic() || matches!(ahead, '/' | '!'))
                && self.skip('>') => {}
            '&' => self.rest = self.behind_entity(),
            ']' if ahead == '(' && self.skip(')') => {}
            '*' | '_' | '`' | '~' => {
                self.before = before;
                return Ok(());
            }
            '/' if is_between_digits => return speaker.put(here),
            '-' if is_inside => return speaker.put(here),
            '–' | '—' | '-' | '•' | '·' | '|' => speaker.put(',')?,
            '<' | '>' | '[' | ']' | '{' | '}' | '(' | ')' | '/' | '\\' | '^' | '=' | '#' => {}
            '©' | '®' | '¦' | '¨' | '¬' | '¯' | '´' | '¸' | '¤' => {}
            _ if is_said(here, before) => return speaker.put(here),
            _ => {}
        }
        self.before = ' ';
        speaker.put(' ')
    }

    /// Says a number behind the sign of a currency.
    fn amount<W: Write>(&mut self, speaker: &mut Speaker<'_, W>) -> fmt::Result {
        self.before = ' ';
        loop {
            let mut behind = self.rest.clone();
            let Some(here) = next(&mut behind) else { return Ok(()) };
            let goes_on = matches!(here, '.' | ',') && ahead(&behind).is_ascii_digit();
            if !here.is_ascii_digit() && !goes_on {
                return Ok(());
            }
            self.number = self.number_with(self.before, here);
            (self.rest, self.before) = (behind, here);
            speaker.put(here)?;
        }
    }

    /// Says the host of an address, and leaves out what is behind it.
    fn name_site<W: Write>(&mut self, speaker: &mut Speaker<'_, W>) -> fmt::Result {
        loop {
            let mut behind = self.rest.clone();
            let here = next(&mut behind).unwrap_or(' ');
            let after = ahead(&behind);
            match here {
                '.' if is_word(after) => speaker.phrase(speaker.phrases.dot)?,
                '-' => speaker.put(here)?,
                '/' | '?' | '#' | ':' if here == '/' || after != ' ' => break,
                _ if is_word(here) => speaker.put(here)?,
                _ => return Ok(()),
            }
            (self.rest, self.before) = (behind, LETTER);
        }
        let mut last = ' ';
        loop {
            let mut behind = self.rest.clone();
            match next(&mut behind) {
                None | Some(' ') => break,
                Some(here) => (self.rest, last) = (behind, here),
            }
        }
        if is_stop(last) { speaker.put(last) } else { Ok(()) }
    }

    fn number_with(&self, before: char, here: char) -> Number {
        match here {
            '1' if !matches!(before, '0'..='9' | '.' | ',') => Number::One,
            '0'..='9' => Number::Other,
            _ => Number::None,
        }
    }

    /// What is behind an entity of HTML, of which the `&` is taken.
    fn entity(&self) -> Option<Clean<'t>> {
        let mut rest = self.rest.clone();
        for _ in 0..MAX_ENTITY {
            match next(&mut rest)? {
                ';' => return Some(rest),
                '#' | '0'..='9' | 'a'..='z' | 'A'..='Z' => {}
                _ => return None,
            }
        }
        None
    }

    fn behind_entity(&self) -> Clean<'t> {
        self.entity().unwrap_or_else(|| self.rest.clone())
    }

    /// Leaves out everything up to and with `end`, if that comes.
    fn skip(&mut self, end: char) -> bool {
        let mut rest = self.rest.clone();
        while let Some(here) = next(&mut rest) {
            if here == end {
                self.rest = rest;
                return true;
            }
        }
        false
    }
}

/// The entry of a table that stands here, as what is said and what is behind it.
fn find<'p, 't>(table: &'p str, here: &Clean<'t>, any_case: bool) -> Option<(&'p str, Clean<'t>)> {
    let mut table = table;
    while !table.is_empty() {
        let (line, behind) = cut(table, b'\n');
        table = behind.unwrap_or_default();
        let (written, _) = cut(line, b' ');
        if let Some(rest) = begins(here, written, any_case) {
            let goes_on = written.chars().next_back().is_some_and(is_word) && is_word(ahead(&rest));
            if !goes_on && !written.is_empty() {
                return Some((line.get(written.len()..).unwrap_or_default(), rest));
            }
        }
    }
    None
}

/// What is behind `text` where that stands here; `_` is a space.
fn begins<'t>(here: &Clean<'t>, text: &str, any_case: bool) -> Option<Clean<'t>> {
    let mut rest = here.clone();
    for wanted in text.chars() {
        let there = next(&mut rest)?;
        let there = if any_case { there.to_ascii_lowercase() } else { there };
        let wanted = if any_case { wanted.to_ascii_lowercase() } else { wanted };
        if there != wanted && (there, wanted) != (' ', '_') {
            return None;
        }
    }
    Some(rest)
}

/// Where the host of an address begins that stands here: behind a scheme, behind `www.`, or at a name with a dot that ends
/// in two small letters at least.
fn site<'t>(here: &Clean<'t>) -> Option<Clean<'t>> {
    let mut scheme = here.clone();
    while ahead(&scheme).is_ascii_alphabetic() {
        next(&mut scheme);
    }
    let behind_scheme = begins(&scheme, "://", false);
    let host = behind_scheme.as_ref().unwrap_or(here);
    let behind_www = begins(host, "www.", true);
    let behind_any = behind_www.or(behind_scheme);
    behind_any.or_else(|| ends_like_a_site(here).then(|| here.clone()))
}

fn ends_like_a_site(here: &Clean<'_>) -> bool {
    let (mut has_dot, mut letters, mut before) = (false, 0_u32, '.');
    let mut rest = here.clone();
    while let Some(here) = next(&mut rest) {
        let after = ahead(&rest);
        match here {
            // A decimal number is none.
            '.' if before.is_ascii_digit() && after.is_ascii_digit() => return false,
            '.' if before != '.' && is_word(after) => (has_dot, letters) = (true, 0),
            'a'..='z' => letters = letters.saturating_add(1),
            _ if is_word(here) || here == '-' => letters = 0,
            _ => break,
        }
        before = here;
    }
    has_dot && letters >= 2
}

// The sanitiser's step is a large piece of code, and stands here once.
#[inline(never)]
fn next(rest: &mut Clean<'_>) -> Option<char> {
    rest.next()
}

#[inline(never)]
fn ahead(rest: &Clean<'_>) -> char {
    next(&mut rest.clone()).unwrap_or(' ')
}

/// Letters, digits, and marks on them.
pub(super) fn is_word(character: char) -> bool {
    match character {
        '\0'..='\u{bf}' => character.is_ascii_alphanumeric(),
        '×' | '÷' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' => {
            false
        }
        _ => true,
    }
}

/// Whether a voice has a sound for it, or a pause. What changes a character that was left out goes with it.
fn is_said(here: char, before: char) -> bool {
    match Class::of(here) {
        Class::Mark | Class::Joiner => is_word(before),
        Class::Narrow | Class::Wide => !is_symbol(here),
        _ => false,
    }
}

fn is_currency(character: char) -> bool {
    matches!(character, '$' | '£' | '¥' | '\u{20a0}'..='\u{20cf}')
}

/// Stands for what has been said in other words.
const LETTER: char = 'a';
/// The longest entity looked for, `&hellip;` among them.
const MAX_ENTITY: usize = 9;
