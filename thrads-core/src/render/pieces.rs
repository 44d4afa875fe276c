//! Clean text measured: each character with its columns and how it hangs on the one before.
//!
//! Between `text` and `card`, for section 5 of the wire contract: a label that is on its line whole. Columns are an
//! upper bound: a display that draws a sequence of emoji as one picture has room to spare, one that draws its parts has
//! enough.

use super::class::Class;
use super::text::{Clean, EMOJI_SELECTOR, ZERO_WIDTH_JOINER};

/// A character, or the one space between two words.
pub(super) struct Piece {
    pub(super) character: char,
    pub(super) columns: usize,
    pub(super) link: Link,
}

/// What keeps a piece to the one before it, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Link {
    /// One character to the eye.
    Joined,
    /// A line begins here only if the word is longer than a line.
    Tight,
    /// A line may begin here.
    Loose,
    /// The piece is a space.
    Space,
}

/// The pieces of a clean text.
#[derive(Clone)]
pub(super) struct Pieces<'t> {
    clean: Clean<'t>,
    /// The latest character that stands by itself; a space before the first.
    base: char,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(clean: Clean<'t>) -> Self {
        Self { clean, base: ' ' }
    }

    /// Columns of the next piece and of those behind it that hang on it by `link` or closer; where they are more than
    /// `limit`, any number above it.
    pub(super) fn columns_within(mut self, link: Link, limit: usize) -> usize {
        let mut columns = self.next().map_or(0, |piece| piece.columns);
        while let Some(piece) = self.next().filter(|piece| piece.link <= link && columns <= limit) {
            columns = columns.saturating_add(piece.columns);
        }
        columns
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let before = self.clean.latest();
        let character = self.clean.next()?;
        let class = Class::of(character);
        let (base, base_class) = (self.base, Class::of(self.base));
        let columns = match class {
            Class::Wide => 2,
            Class::Narrow | Class::RegionalIndicator | Class::Space => 1,
            // A digit or a sign is one column wider as an emoji.
            Class::Selector if character == EMOJI_SELECTOR && base_class == Class::Narrow => 1,
            _ => 0,
        };
        let ends_flag = class == Class::RegionalIndicator && base_class == class;
        let is_skin_tone = matches!(character, '\u{1f3fb}'..='\u{1f3ff}');
        let link = if class == Class::Space {
            Link::Space
        } else if !class.is_base() || ends_flag || before == ZERO_WIDTH_JOINER || is_skin_tone {
            Link::Joined
        } else if base == ' '
            || (class == Class::Wide || base_class == Class::Wide)
                && !opens(base)
                && !closes(character)
        {
            Link::Loose
        } else {
            Link::Tight
        };
        if ends_flag {
            self.base = WHOLE_FLAG;
        } else if link != Link::Joined {
            self.base = character;
        }
        Some(Piece { character, columns, link })
    }
}

/// Chinese and Japanese have no spaces: lines begin before or behind any wide character, but not with closing and not
/// behind opening punctuation. Brackets open with even and close with odd codes; digits, which stand among the closing
/// signs, stay with the character before them.
fn opens(character: char) -> bool {
    matches!(character, '(' | '（' | '〈'..='】') && u32::from(character) & 1 == 0
}

fn closes(character: char) -> bool {
    match character {
        '〈'..='】' => u32::from(character) & 1 == 1,
        '!'..='?' | '！'..='？' | '、'..='。' | 'ー' => true,
        _ => false,
    }
}

/// Stands for the two halves of a flag as what the next character hangs on.
const WHOLE_FLAG: char = '\u{1f3f4}';
