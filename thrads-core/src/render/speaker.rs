//! What a voice says, as far as there is time for it: whole sentences, with pauses where they belong.
//!
//! Between `speakable` and `speech`, for section 5 of the wire contract. Each text is gone through twice: once to see how much of
//! it there is time for, once to write that much. Nothing is copied.

use core::fmt::{self, Write};

use super::class::Class;
use super::speakable::{Words, is_word};
use super::voice::Phrases;
use super::write_number;

/// What is said before a text, and only if anything of the text is.
#[derive(Clone, Copy)]
pub(super) enum Start<'p> {
    Phrase(&'p str),
    Number(&'p str, u64, &'p str),
}

/// Says texts one behind the other.
pub(super) struct Speaker<'s, W> {
    out: &'s mut W,
    pub(super) phrases: &'s Phrases<'s>,
    /// Beats there are.
    limit: u32,
    /// Something had to be left out; nothing more is said.
    pub(super) is_cut: bool,
    /// Only reckons, and writes nothing.
    pub(super) is_silent: bool,
    place: Place,
    /// What begins here or later is not written.
    until: u32,
    /// Where the text under way begins, where its last whole sentence ends that there is time for, and its last word.
    begins: u32,
    sentence: u32,
    word: u32,
}

/// How far it has got.
#[derive(Clone, Copy)]
struct Place {
    beats: u32,
    last: char,
    /// A space is due before the next word.
    has_gap: bool,
    /// What has been said ends like a sentence.
    is_ended: bool,
}

impl<'s, W: Write> Speaker<'s, W> {
    pub(super) fn new(out: &'s mut W, phrases: &'s Phrases<'s>, limit: u32) -> Self {
        let place = Place { beats: 0, last: ' ', has_gap: false, is_ended: false };
        let (is_cut, is_silent, until) = (false, false, u32::MAX);
        let (begins, sentence, word) = (u32::MAX, 0, 0);
        Self { out, phrases, limit, is_cut, is_silent, place, until, begins, sentence, word }
    }

    pub(super) fn beats(&self) -> u32 {
        self.place.beats
    }

    /// Says words of this crate or its user as they are.
    pub(super) fn phrase(&mut self, phrase: &str) -> fmt::Result {
        phrase.chars().try_for_each(|character| self.put(character))
    }

    /// Says a text with its end, and answers whether anything of it was said.
    pub(super) fn sentence(
        &mut self,
        start: Start<'_>,
        text: &str,
        may_split: bool,
    ) -> Result<bool, fmt::Error> {
        let is_said = self.text(start, text, may_split)?;
        if is_said && !self.place.is_ended {
            self.put('.')?;
        }
        Ok(is_said)
    }

    /// Says as much of a text as there is time for: whole sentences, or if it may be split and there is no time
    /// for one, whole words.
    pub(super) fn text(
        &mut self,
        start: Start<'_>,
        text: &str,
        may_split: bool,
    ) -> Result<bool, fmt::Error> {
        if self.is_cut {
            return Ok(false);
        }
        let before = self.place;
        (self.sentence, self.word, self.until) = (0, 0, 0);
        self.pass(start, text)?;
        let (is_blank, fits) = (self.place.beats == self.begins, self.has_time());
        let end = match (is_blank, fits) {
            (true, _) => 0,
            (_, true) => u32::MAX,
            _ if self.sentence > 0 => self.sentence,
            _ if may_split => self.word,
            _ => 0,
        };
        (self.is_cut, self.place) = (!is_blank && !fits, before);
        if end > 0 {
            self.until = end;
            let is_ended = self.sentence == end;
            self.pass(start, text)?;
            if end < u32::MAX {
                self.place.beats = end;
                (self.place.has_gap, self.place.is_ended) = (false, is_ended);
            }
        }
        (self.until, self.begins) = (u32::MAX, u32::MAX);
        Ok(end > 0)
    }

    fn pass(&mut self, start: Start<'_>, text: &str) -> fmt::Result {
        self.begins = u32::MAX;
        match start {
            Start::Phrase(phrase) => self.phrase(phrase)?,
            Start::Number(before, number, behind) => {
                self.phrase(before)?;
                write_number(number, self)?;
                self.phrase(behind)?;
            }
        }
        self.begins = self.place.beats;
        let mut words = Words::new(text);
        while !words.step(self)? {}
        Ok(())
    }

    pub(super) fn put(&mut self, character: char) -> fmt::Result {
        if character == ' ' {
            self.place.has_gap = self.place.last != ' ';
            return Ok(());
        }
        let stops = is_stop(character);
        // Signs repeat for the eye only, and a stop needs something to stop.
        let repeats = character == self.place.last && !self.place.has_gap && !is_word(character);
        if repeats || stops && (self.place.beats == self.begins || is_stop(self.place.last)) {
            return Ok(());
        }
        if core::mem::take(&mut self.place.has_gap) && !stops {
            self.note_boundary();
            self.emit(' ')?;
        }
        self.place.is_ended = ends_sentence(character).unwrap_or(self.place.is_ended);
        self.emit(character)
    }

    /// Whether there is time for what has been said, with a full stop.
    fn has_time(&self) -> bool {
        let stop = if self.place.is_ended { 0 } else { beats('.') };
        self.place.beats.saturating_add(stop) <= self.limit
    }

    fn note_boundary(&mut self) {
        if self.place.beats > self.begins && self.has_time() {
            self.word = self.place.beats;
            if self.place.is_ended {
                self.sentence = self.word;
            }
        }
    }

    fn emit(&mut self, character: char) -> fmt::Result {
        if self.place.beats < self.until && !self.is_silent {
            self.out.write_char(character)?;
        }
        self.place.beats = self.place.beats.saturating_add(beats(character));
        self.place.last = character;
        Ok(())
    }
}

impl<W: Write> Write for Speaker<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.phrase(text)
    }
}

pub(super) fn is_stop(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | ':' | ',' | ';' | '…')
}

/// Whether a text that ends here ends like a sentence; `None` for quotes and brackets, behind which it may have.
fn ends_sentence(character: char) -> Option<bool> {
    match character {
        '.' | '!' | '?' | ':' | '…' => Some(true),
        '。' | '！' | '？' | '．' | '｡' | '؟' | '۔' | '।' => Some(true),
        '"' | '\'' | '»' | '”' | '’' | '」' | '』' | '）' => None,
        _ => Some(false),
    }
}

/// How long a character takes: a letter one, a digit as a word of four, stops a pause.
fn beats(character: char) -> u32 {
    match character {
        '0'..='9' => 4,
        ',' | ';' | ':' | '、' => 3,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' => 6,
        _ => match Class::of(character) {
            Class::Mark | Class::Joiner => 0,
            Class::Wide => 2,
            _ => 1,
        },
    }
}
