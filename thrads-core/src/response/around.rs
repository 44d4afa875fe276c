//! A body taken apart: a part that is still to be worked on, and the rest, which is done with and can be borrowed.
//!
//! Part of `response`.

use crate::json::read::Span;

/// What stands before and behind the part.
pub(super) struct Around<'b> {
    before: &'b [u8],
    behind: &'b [u8],
    part: Span,
}

impl<'b> Around<'b> {
    /// Cuts `part` out of `body`, as much of it as is inside.
    pub(super) fn cut(body: &'b mut [u8], part: Span) -> (Self, &'b mut [u8]) {
        let (before, rest) = body.split_at_mut_checked(part.start).unwrap_or_default();
        let length = part.end.saturating_sub(part.start).min(rest.len());
        let (bytes, behind) = rest.split_at_mut_checked(length).unwrap_or_default();
        (Self { before, behind, part }, bytes)
    }

    /// The text at a place in the body outside the part.
    pub(super) fn text(&self, span: Span) -> Option<&'b str> {
        let bytes = if span.end <= self.part.start {
            span.of(self.before)
        } else {
            span.from(self.part.end).of(self.behind)
        };
        core::str::from_utf8(bytes).ok()
    }
}
