//! Glyphs in columns: embedded-graphics' own fonts for Western European text, GNU Unifont for the rest.
//!
//! Both are fixed-width, as the core's columns are: a character of one column is 8 or 9 pixels wide, one of two columns
//! twice that, whichever font it comes from.

use super::visual::Shaped;
use super::{Line, columns};
use embedded_graphics::mono_font::iso_8859_15::{
    FONT_8X13, FONT_8X13_BOLD, FONT_9X18, FONT_9X18_BOLD,
};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};

/// The fonts of a card.
#[derive(Debug)]
pub(crate) struct Face {
    regular: MonoFont<'static>,
    bold: MonoFont<'static>,
    /// Pixels from one line to the next, at least the 16 of Unifont.
    pub(crate) line: u32,
}

/// What text is drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Pen<C> {
    pub(crate) face: &'static Face,
    pub(crate) is_bold: bool,
    pub(crate) colour: C,
}

impl Face {
    /// For displays up to 400 pixels wide.
    pub(crate) const SMALL: &Self = &Self { regular: FONT_8X13, bold: FONT_8X13_BOLD, line: 16 };

    /// For wider ones.
    pub(crate) const LARGE: &Self = &Self { regular: FONT_9X18, bold: FONT_9X18_BOLD, line: 20 };

    /// Pixels of a column.
    pub(crate) const fn column(&self) -> u32 {
        self.regular.character_size.width
    }
}

impl<C: PixelColor> Pen<C> {
    /// Draws a line at the top of `place` and nothing beside it, at the right if its text is read from there.
    pub(crate) fn line<D: DrawTarget<Color = C>>(
        &self,
        line: &Line,
        place: Rectangle,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let clip = Rectangle::new(place.top_left, Size::new(place.size.width, self.face.line));
        let mut target = target.clipped(&clip.intersection(&place));
        let shaped = Shaped::new(line);
        let width = shaped.columns() * self.face.column();
        let free = if line.is_from_right() { place.size.width.saturating_sub(width) } else { 0 };
        self.glyphs(&shaped, place.top_left + Size::new(free, 0), &mut target)
    }

    /// Pixels that a line takes.
    pub(crate) fn width(&self, line: &Line) -> u32 {
        Shaped::new(line).columns() * self.face.column()
    }

    fn glyphs<D: DrawTarget<Color = C>>(
        &self,
        shaped: &Shaped,
        mut at: Point,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let mut cell = Size::zero();
        for glyph in &shaped.glyphs {
            let columns = columns(glyph.character);
            if columns > 0 {
                cell = Size::new(columns * self.face.column(), 0);
                self.glyph(glyph.character, at, cell.width, target)?;
                at += cell;
            } else if glyph.is_from_right {
                // Marks stand before their letter here, since the whole run was turned round.
                self.glyph(glyph.character, at, self.face.column(), target)?;
            } else {
                self.glyph(glyph.character, at - cell, self.face.column(), target)?;
            }
        }
        Ok(())
    }

    fn glyph<D: DrawTarget<Color = C>>(
        &self,
        character: char,
        at: Point,
        cell: u32,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let font = if self.is_bold { &self.face.bold } else { &self.face.regular };
        if let Some(character) = latin(character, font) {
            let style = MonoTextStyle::new(font, self.colour);
            let drop =
                Size::new(0, (self.face.line.saturating_sub(font.character_size.height)) / 2);
            let mut bytes = [0; 4];
            let text = character.encode_utf8(&mut bytes);
            Text::with_baseline(text, at + drop, style, Baseline::Top).draw(target)?;
            return Ok(());
        }
        self.foreign(character, at, cell, target)
    }

    #[cfg(feature = "unifont")]
    fn foreign<D: DrawTarget<Color = C>>(
        &self,
        character: char,
        at: Point,
        cell: u32,
        target: &mut D,
    ) -> Result<(), D::Error> {
        if is_joiner_or_selector(character) {
            return Ok(());
        }
        let Some(glyph) = unifont::get_glyph(character) else {
            return self.missing(character, at, cell, target);
        };
        let glyph_width = if glyph.is_fullwidth() { 16 } else { 8 };
        let aside = Size::new(
            cell.saturating_sub(glyph_width) / 2,
            self.face.line.saturating_sub(UNIFONT_HEIGHT) / 2,
        );
        let bold = u32::from(self.is_bold);
        for (y, row) in (0..UNIFONT_HEIGHT).zip(0_usize..) {
            for (x, column) in (0..glyph_width).zip(0_usize..) {
                if glyph.get_pixel(column, row) {
                    let dot = Rectangle::new(at + aside + Size::new(x, y), Size::new(1 + bold, 1));
                    target.fill_solid(&dot, self.colour)?;
                }
            }
        }
        Ok(())
    }

    #[cfg(not(feature = "unifont"))]
    fn foreign<D: DrawTarget<Color = C>>(
        &self,
        character: char,
        at: Point,
        cell: u32,
        target: &mut D,
    ) -> Result<(), D::Error> {
        self.missing(character, at, cell, target)
    }

    /// A letter without a glyph is an empty box, so that it is seen to be missing.
    fn missing<D: DrawTarget<Color = C>>(
        &self,
        character: char,
        at: Point,
        cell: u32,
        target: &mut D,
    ) -> Result<(), D::Error> {
        use embedded_graphics::primitives::PrimitiveStyle;
        if columns(character) == 0 {
            return Ok(());
        }
        let frame = Rectangle::new(at + Size::new(1, 3), Size::new(cell - 2, self.face.line - 6));
        frame.into_styled(PrimitiveStyle::with_stroke(self.colour, 1)).draw(target)
    }
}

/// Whether there is something to draw for a character.
pub(crate) fn has_glyph(character: char) -> bool {
    #[cfg(feature = "unifont")]
    if unifont::get_glyph(character).is_some() {
        return true;
    }
    latin(character, &FONT_8X13).is_some()
}

/// What stands for a character in a font of ISO 8859-15; `None` where the font has nothing for it.
fn latin(character: char, font: &MonoFont<'_>) -> Option<char> {
    let has = |character: char| {
        character == '?' || font.glyph_mapping.index(character) != font.glyph_mapping.index('?')
    };
    let plain = match character {
        _ if cfg!(feature = "unifont") => character,
        '‘' | '’' | '‚' => '\'',
        '“' | '”' | '„' => '"',
        '‐'..='—' => '-',
        '…' => '.',
        _ => character,
    };
    has(plain).then_some(plain)
}

#[cfg(feature = "unifont")]
fn is_joiner_or_selector(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

#[cfg(feature = "unifont")]
const UNIFONT_HEIGHT: u32 = 16;
