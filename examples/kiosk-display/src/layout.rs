//! Where the parts of a card stand on a screen: the label first, then the code, and the words in what is left.
//!
//! Nothing overlaps: every part is drawn inside its own rectangle. The label has its place before anything else gets
//! one, so no text, no code and no screen that [`Layout::new`] takes can push it away (wire contract section 5).

use crate::code::{Code, CodeMemory, MIN_MODULE};
use crate::text::{Face, MAX_COLUMNS};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use thrads_core::MIN_COLUMNS;

/// The places of a card's parts.
pub(crate) struct Layout<'m> {
    pub(crate) face: &'static Face,
    /// The strip behind the label, and the label in it.
    pub(crate) strip: Rectangle,
    pub(crate) label: Rectangle,
    /// The words, the prompt or the poll.
    pub(crate) body: Rectangle,
    pub(crate) code: Option<(Code<'m>, Point)>,
}

impl<'m> Layout<'m> {
    /// `None` if the screen is too small for the label and one line. A URL that makes no code here leaves its place to
    /// the words.
    pub(crate) fn new(screen: Size, url: Option<&str>, memory: &'m mut CodeMemory) -> Option<Self> {
        let face = if screen.width < LARGE_WIDTH { Face::SMALL } else { Face::LARGE };
        let margin = if screen.height < TALL { 4 } else { 8 };
        let strip_height = face.line + margin / 2;
        let words = face.column() * u32::try_from(MIN_COLUMNS).ok()? + 2 * margin;
        if screen.width < words || screen.height < strip_height + margin + face.line {
            return None;
        }
        // On a low screen the code takes the whole height, and the label stands beside it.
        let is_low = screen.height < TALL;
        let top = if is_low { 0 } else { strip_height };
        let room = Size::new(screen.width - words, screen.height - top);
        let code = url.and_then(|url| fit(url, room, is_low, memory));
        let side = code.as_ref().map_or(0, Code::side);
        let left = Size::new(screen.width - side, screen.height);
        let code = code.map(|code| {
            let down = top + (room.height - side) / 2;
            (code, Point::zero() + Size::new(left.width, down))
        });
        let strip_width = if is_low { left.width } else { screen.width };
        let strip = Rectangle::new(Point::zero(), Size::new(strip_width, strip_height));
        let body_top = strip_height + margin / 2;
        let body_height = screen.height - body_top - margin / 2;
        Some(Self {
            face,
            strip,
            label: inner(strip, margin, margin / 4),
            body: Rectangle::new(
                Point::zero() + Size::new(margin, body_top),
                Size::new(left.width - 2 * margin, body_height),
            ),
            code,
        })
    }

    /// Columns of text beside one another in `place`.
    pub(crate) fn columns(&self, place: Rectangle) -> u32 {
        (place.size.width / self.face.column()).min(MAX_COLUMNS)
    }

    /// Lines of text below one another in `place`.
    pub(crate) fn lines(&self, place: Rectangle) -> u32 {
        place.size.height / self.face.line
    }
}

/// The rectangle without `x` pixels at its sides and `y` at top and bottom.
pub(crate) fn inner(place: Rectangle, x: u32, y: u32) -> Rectangle {
    let size = place.size.saturating_sub(Size::new(2 * x, 2 * y));
    Rectangle::new(place.top_left + Size::new(x, y), size)
}

/// The rectangle in two, with `height` pixels in the lower one.
pub(crate) fn split_bottom(place: Rectangle, height: u32) -> (Rectangle, Rectangle) {
    split_top(place, place.size.height.saturating_sub(height))
}

/// The rectangle in two, with `height` pixels in the upper one.
pub(crate) fn split_top(place: Rectangle, height: u32) -> (Rectangle, Rectangle) {
    let height = height.min(place.size.height);
    let upper = Rectangle::new(place.top_left, Size::new(place.size.width, height));
    let rest = Size::new(place.size.width, place.size.height - height);
    (upper, Rectangle::new(place.top_left + Size::new(0, height), rest))
}

/// A code of two fifths of the room's width where its modules are clear at that size; a longer URL gets what room
/// there is.
fn fit<'m>(url: &str, room: Size, is_low: bool, memory: &'m mut CodeMemory) -> Option<Code<'m>> {
    let whole = room.width.min(room.height);
    let modest = if is_low { whole } else { whole.min((room.width + room.height) / 3) };
    let is_clear = Code::fits(url, modest, CLEAR_MODULE, memory);
    let (side, least) = if is_clear { (modest, CLEAR_MODULE) } else { (whole, MIN_MODULE) };
    Code::fit(url, side, least, memory)
}

/// Pixels to a module that a telephone reads without effort.
const CLEAR_MODULE: u32 = 3;

/// Lower screens have the label beside the code.
const TALL: u32 = 160;

/// Screens at least as wide have larger text.
const LARGE_WIDTH: u32 = 400;
