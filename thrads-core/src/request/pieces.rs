//! A body some bytes at a time, for writers that wait: the walk can stop behind every piece.
//!
//! Part of `request`.

use super::steps::Value;
use super::walk::Walk;
use crate::json::plain::{is_special, plain_prefix};
use crate::json::write::{SCRATCH, escape};
use crate::redact::Redacted;

/// The pieces of a body: text that needs no escape comes straight from where the caller has it.
pub struct Pieces<'p> {
    pub(super) walk: Walk<'p>,
    /// What is left of the last text that passes the redactor.
    pub(super) said: Option<Redacted<'p>>,
    /// What is left of the last value.
    pub(super) due: Value<'p>,
    scratch: [u8; SCRATCH],
}

impl<'p> Pieces<'p> {
    /// Of nothing, until the walk has its steps.
    pub(super) fn new() -> Self {
        let (walk, due) = (Walk::default(), Value::Absent);
        Self { walk, said: None, due, scratch: [0; SCRATCH] }
    }

    fn text(&mut self, text: &'p str) -> &[u8] {
        if let Some(&special) = text.as_bytes().first()
            && is_special(special)
        {
            self.due = Value::Text(text.get(1..).unwrap_or_default());
            return escape(special, &mut self.scratch);
        }
        let plain = plain_prefix(text.as_bytes());
        let (plain, rest) = text.split_at_checked(plain).unwrap_or((text, ""));
        self.due = Value::Text(rest);
        plain.as_bytes()
    }
}

impl Pieces<'_> {
    /// The next bytes; `None` at the end. A piece may be empty.
    #[expect(clippy::should_implement_trait, reason = "a piece may borrow the iterator")]
    pub fn next(&mut self) -> Option<&[u8]> {
        match core::mem::take(&mut self.due) {
            Value::Text(text) if !text.is_empty() => return Some(self.text(text)),
            Value::Number(number, form) => return Some(form(number, &mut self.scratch)),
            Value::Word(word) => return Some(word.as_bytes()),
            _ => {}
        }
        if let Some(redaction) = self.walk.steps.redaction {
            return (redaction.ways.next)(self, redaction.redactor);
        }
        let (text, value) = self.walk.next()?;
        self.due = value;
        Some(text)
    }
}
