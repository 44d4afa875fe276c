//! A body taken apart: a part that is still to be worked on, and the rest, which is done with and can be borrowed.
//!
//! Part of `response`, for results of polls.

use crate::json::utf8::as_text;
use crate::json::value::Value;
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
        let text = |bytes| as_text(bytes).unwrap_or_default();
        (Self { before: text(before), behind: text(behind), part }, bytes)
    }

    /// What stands at `value`, if that is there and not in the part.
    pub(super) fn at(&self, value: Value) -> Option<&'b str> {
        let range = value.range();
        if !value.is_there() || range.end <= self.part.start {
            return self.before.get(range).filter(|_| value.is_there());
        }
        let from = self.part.end;
        self.behind.get(range.start.checked_sub(from)?..range.end.checked_sub(from)?)
    }
}
