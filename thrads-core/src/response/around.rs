//! A body taken apart: a part that is still to be worked on, and the rest, which is done with and can be borrowed.
//!
//! Part of `response`.

use crate::json::read::Value;
use crate::json::text::is_space;
use core::ops::Range;

/// What stands before and behind the part.
pub(super) struct Around<'b> {
    before: &'b str,
    behind: &'b str,
    part: Range<usize>,
}

impl<'b> Around<'b> {
    /// Cuts `part` out of `body`, as much of it as is inside.
    pub(super) fn cut(body: &'b mut [u8], part: Range<usize>) -> (Self, &'b mut [u8]) {
        let (before, rest) = body.split_at_mut_checked(part.start).unwrap_or_default();
        let length = part.end.saturating_sub(part.start).min(rest.len());
        let (bytes, behind) = rest.split_at_mut_checked(length).unwrap_or_default();
        // A body that is no UTF-8 is not taken apart.
        let text = |bytes| core::str::from_utf8(bytes).unwrap_or_default();
        (Self { before: text(before), behind: text(behind), part }, bytes)
    }

    /// A value that is text, as what it says; its escapes are undone already.
    pub(super) fn text(&self, value: Value) -> Option<&'b str> {
        self.raw(value).filter(|text| text.starts_with('"'))?;
        self.at(value.inside())
    }

    /// An id as text: a number as it is written, else text that is more than white space (T83).
    pub(super) fn id(&self, value: Value) -> Option<&'b str> {
        match self.raw(value)?.bytes().next()? {
            b'-' | b'0'..=b'9' => self.raw(value),
            _ => self.text(value).filter(|text| !text.chars().all(is_space)),
        }
    }

    /// The JSON text of a value, a string with its quotes; `None` of null.
    pub(super) fn raw(&self, value: Value) -> Option<&'b str> {
        self.at(value.range()).filter(|text| !text.is_empty() && !text.starts_with('n'))
    }

    fn at(&self, range: Range<usize>) -> Option<&'b str> {
        if range.end <= self.part.start {
            return self.before.get(range);
        }
        let from = self.part.end;
        self.behind.get(range.start.checked_sub(from)?..range.end.checked_sub(from)?)
    }
}
