//! Characters in the order in which they stand on a display, for lines that hold Hebrew or Arabic.
//!
//! The parts of Unicode's bidirectional algorithm (UAX #9) that clean text needs: there are no embeddings and overrides
//! in it, since the core lets none through. Arabic letters take their joined forms from `letters`.

use super::{Line, columns, has_glyph};
use heapless::Vec;

/// A line as it is drawn, from the left.
pub(crate) struct Shaped {
    pub(crate) glyphs: Vec<Glyph, MAX_GLYPHS>,
}

/// A character where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    /// It stands in a run that was turned round.
    pub(crate) is_from_right: bool,
    level: u8,
}

impl Shaped {
    /// Puts a line in order.
    pub(crate) fn new(line: &Line) -> Self {
        let mut glyphs = drawable(line.as_str());
        if line.as_str().chars().any(|character| Kind::of(character) == Kind::Right) {
            #[cfg(feature = "unifont")]
            super::letters::join(&mut glyphs, |glyph| &mut glyph.character);
            level(&mut glyphs, u8::from(line.is_from_right));
            turn(&mut glyphs);
        }
        Self { glyphs }
    }

    pub(crate) fn columns(&self) -> u32 {
        self.glyphs.iter().map(|glyph| columns(glyph.character)).sum()
    }
}

/// Whether a text begins, but for digits and signs, with a letter that is read from the right.
pub(crate) fn is_from_right(text: &str) -> bool {
    let strong = text.chars().map(Kind::of).find(|kind| matches!(kind, Kind::Left | Kind::Right));
    strong == Some(Kind::Right)
}

/// The characters of a line without the emoji that have no glyph, what is joined to those, and the space that they leave.
fn drawable(text: &str) -> Vec<Glyph, MAX_GLYPHS> {
    let mut glyphs = Vec::new();
    let mut is_left_out = false;
    let mut last = ' ';
    for character in text.chars() {
        let belongs = columns(character) == 0 || last == JOINER;
        is_left_out =
            if belongs { is_left_out } else { is_picture(character) && !has_glyph(character) };
        let is_second_space =
            character == ' ' && glyphs.last().is_none_or(|glyph: &Glyph| glyph.character == ' ');
        last = character;
        if !is_left_out && !is_second_space {
            let _has_room = glyphs.push(Glyph { character, is_from_right: false, level: 0 });
        }
    }
    if glyphs.last().is_some_and(|glyph| glyph.character == ' ') {
        glyphs.pop();
    }
    glyphs
}

fn is_picture(character: char) -> bool {
    matches!(character, '\u{203c}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// What a character does to the direction (classes L, R and AL, EN and AN, NSM, and the neutral ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Left,
    Right,
    Number,
    Mark,
    Neutral,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            '0'..='9' | '٠'..='٩' | '۰'..='۹' => Self::Number,
            _ if columns(character) == 0 => Self::Mark,
            '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
                if character.is_alphabetic() =>
            {
                Self::Right
            }
            _ if character.is_alphabetic() => Self::Left,
            _ => Self::Neutral,
        }
    }
}

/// Gives each character its level: even ones are read from the left, odd ones from the right.
fn level(glyphs: &mut [Glyph], base: u8) {
    let outside = if base == 1 { Kind::Right } else { Kind::Left };
    let mut strong = outside;
    let mut at = 0;
    while let Some(glyph) = glyphs.get(at) {
        let kind = Kind::of(glyph.character);
        let end = at + run(&glyphs[at..], kind);
        let level = match kind {
            Kind::Left | Kind::Right => {
                strong = kind;
                base + u8::from((kind == Kind::Right) != (base == 1))
            }
            // Digits are read from the left, inside whatever is around them.
            Kind::Number if strong == Kind::Right || base == 1 => 2,
            Kind::Number | Kind::Mark => base,
            Kind::Neutral => {
                // A number takes part in what is read from the right; elsewhere it is as a letter read from the left.
                let behind = glyphs[end..].iter().map(|glyph| Kind::of(glyph.character));
                let next = behind.into_iter().find_map(|kind| match kind {
                    Kind::Left | Kind::Right => Some(kind),
                    Kind::Number => Some(strong),
                    Kind::Mark | Kind::Neutral => None,
                });
                match (strong, next.unwrap_or(outside)) {
                    (Kind::Right, Kind::Right) => 1,
                    (Kind::Left, Kind::Left) => base * 2,
                    _ => base,
                }
            }
        };
        glyphs[at..end].iter_mut().for_each(|glyph| glyph.level = level);
        at = end;
    }
}

/// Characters at the front that belong together: those of one kind with their marks, and the separators inside a number.
fn run(glyphs: &[Glyph], kind: Kind) -> usize {
    let kinds = |at: usize| glyphs.get(at).map(|glyph| Kind::of(glyph.character));
    let mut length = 1;
    loop {
        let separates = kind == Kind::Number
            && glyphs
                .get(length)
                .is_some_and(|glyph| matches!(glyph.character, '.' | ',' | ':' | '/' | '٫' | '٬'))
            && kinds(length + 1) == Some(Kind::Number);
        match kinds(length) {
            Some(next) if next == kind || next == Kind::Mark || separates => length += 1,
            _ => return length,
        }
    }
}

/// Turns round every run at or above each odd level, from the highest (rule L2), and brackets in them (rule L4).
fn turn(glyphs: &mut [Glyph]) {
    for glyph in glyphs.iter_mut().filter(|glyph| glyph.level % 2 == 1) {
        glyph.is_from_right = true;
        glyph.character = mirrored(glyph.character);
    }
    let highest = glyphs.iter().map(|glyph| glyph.level).max().unwrap_or(0);
    for level in (1..=highest).rev() {
        glyphs
            .chunk_by_mut(|one, next| (one.level >= level) == (next.level >= level))
            .filter(|run| run.first().is_some_and(|glyph| glyph.level >= level))
            .for_each(<[Glyph]>::reverse);
    }
}

fn mirrored(character: char) -> char {
    let Some(at) = BRACKETS.chars().position(|bracket| bracket == character) else {
        return character;
    };
    BRACKETS.chars().nth(at ^ 1).unwrap_or(character)
}

/// A line of 80 columns, and some marks; what is behind is left out.
const MAX_GLYPHS: usize = 192;

/// In pairs.
const BRACKETS: &str = "()[]{}<>«»‹›";
const JOINER: char = '\u{200d}';

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(text: &str) -> Shaped {
        Shaped::new(&Line::of_text(text, 80, 0).unwrap())
    }

    fn seen(text: &str) -> String {
        shaped(text).glyphs.iter().map(|glyph| glyph.character).collect()
    }

    #[test]
    fn text_from_the_left_stays_as_it_is() {
        for text in ["Kettles (1.7 l), 59,90 €", "静かで安全な", "١٢٣", "…", "Cafe\u{301}"]
        {
            assert_eq!(seen(text), text);
        }
    }

    #[test]
    fn hebrew_is_turned_round_and_its_numbers_are_not() {
        assert_eq!(seen("שלום"), "םולש");
        assert_eq!(seen("עד 80 ק״מ"), "מ״ק 80 דע");
        assert_eq!(seen("מחיר 1,299 שקל (חדש)"), "(שדח) לקש 1,299 ריחמ");
        assert!(is_from_right("80 שלום") && !is_from_right("80") && !is_from_right("a שלום"));
    }

    #[test]
    fn words_of_the_other_direction_keep_theirs() {
        assert_eq!(seen("Sponsored · גלגלים"), "Sponsored · םילגלג");
        assert_eq!(seen("גלגלים Express 24 שעות"), "תועש Express 24 םילגלג");
        assert_eq!(seen("שלום (Express)"), "(Express) םולש");
    }

    #[test]
    fn a_line_keeps_the_direction_of_its_text() {
        let second = Line::of_text("שלום שלום Express שלום", 14, 1).unwrap();
        assert_eq!(second.as_str(), "Express שלום");
        let seen: String =
            Shaped::new(&second).glyphs.iter().map(|glyph| glyph.character).collect();
        assert_eq!(seen, "םולש Express");
    }

    #[test]
    fn marks_stay_with_their_letter() {
        let glyphs = shaped("שָׁ").glyphs;
        assert_eq!(glyphs.last().unwrap().character, 'ש');
        assert!(glyphs.iter().all(|glyph| glyph.is_from_right));
    }

    #[test]
    fn emoji_without_a_glyph_leave_neither_a_gap_nor_their_parts() {
        assert_eq!(
            seen("Are 🎧 phones 🚴\u{200d}♀\u{fe0f} good 👨\u{200d}👩\u{200d}👧 🥾"),
            "Are phones good"
        );
        assert_eq!(seen("🍃"), "");
    }
}
