//! The members of one object as what they say, once their escapes are undone.
//!
//! Part of `response`. The bytes are found to be UTF-8 once, and each text is cut out of them.

use super::{Diagnostic, number};
use crate::json::read::Value;
use crate::json::text::{is_space, undo};
use crate::target::is_target;

/// Values and the text that they stand in.
pub(super) struct Texts<'v, 'b> {
    values: &'v [Value],
    text: &'b str,
}

impl<'v, 'b> Texts<'v, 'b> {
    /// Undoes the escapes of all `values`, which stand in `bytes`.
    #[inline(never)]
    pub(super) fn undo(values: &'v mut [Value], bytes: &'b mut [u8]) -> Self {
        for value in values.iter_mut().filter(|value| value.is_escaped()) {
            undo(value, bytes);
        }
        // A body that is none is not taken apart; the rest here is as good as nothing.
        Self { values, text: core::str::from_utf8(bytes).unwrap_or_default() }
    }

    /// Other values of the same text, whose escapes are undone too.
    pub(super) fn of<'o>(&self, values: &'o [Value]) -> Texts<'o, 'b> {
        Texts { values, text: self.text }
    }

    pub(super) fn value(&self, index: usize) -> Value {
        self.values.get(index).copied().unwrap_or_default()
    }

    /// A member that is text and more than white space; all else counts as absent (T77).
    #[inline(never)]
    pub(super) fn get(&self, index: usize) -> Option<&'b str> {
        self.any(index).filter(|text| !text.chars().all(is_space))
    }

    /// A member that is text, be it blank.
    pub(super) fn any(&self, index: usize) -> Option<&'b str> {
        let value = self.value(index);
        if value.is_text(self.text.as_bytes()) { self.text.get(value.inside()) } else { None }
    }

    /// The text of an id, which may be a number as well (T83).
    pub(super) fn id(&self, index: usize) -> Option<&'b str> {
        let value = self.value(index);
        match value.kind(self.text.as_bytes()) {
            Some(b'-' | b'0'..=b'9') => self.text.get(value.range()),
            _ => self.get(index),
        }
    }

    /// A member that keeps the rule for targets.
    pub(super) fn target(&self, index: usize) -> Result<&'b str, Diagnostic> {
        let url = self.get(index).ok_or(Diagnostic::NoTarget)?;
        if is_target(url) { Ok(url) } else { Err(Diagnostic::RefusedTarget) }
    }

    /// A number, or a text that holds one, times `10^places`.
    pub(super) fn scaled(&self, index: usize, places: i32) -> Option<u64> {
        number::scaled(self.value(index), places, self.text.as_bytes())
    }

    /// The bytes of a member as they stand now; `None` where it is absent.
    pub(super) fn raw(&self, index: usize) -> Option<&'b str> {
        self.text.get(self.value(index).range()).filter(|raw| !raw.is_empty())
    }
}
