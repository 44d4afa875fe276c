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
    /// What is left of the last text.
    pub(super) rest: &'p [u8],
    /// The last value, if it is no text.
    pub(super) due: Value<'p>,
    scratch: [u8; SCRATCH],
}

impl<'p> Pieces<'p> {
    /// Of nothing, until the walk has its steps.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn new() -> Self {
        let (walk, due) = (Walk::default(), Value::Absent);
        Self { walk, said: None, rest: &[], due, scratch: [0; SCRATCH] }
    }

    fn text(&mut self) -> &[u8] {
        if let Some((&special, rest)) = self.rest.split_first()
            && is_special(special)
        {
            self.rest = rest;
            return escape(special, &mut self.scratch);
        }
        let text = self.rest;
        let (plain, rest) = text.split_at_checked(plain_prefix(text)).unwrap_or((text, &[]));
        self.rest = rest;
        plain
    }

    /// Makes a value the next.
    pub(super) fn owe(&mut self, value: Value<'p>) {
        match value {
            Value::Text(text) => self.rest = text.as_bytes(),
            _ => self.due = value,
        }
    }
}

impl Pieces<'_> {
    /// The next bytes; `None` at the end. A piece may be empty.
    #[expect(clippy::should_implement_trait, reason = "a piece may borrow the iterator")]
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn next(&mut self) -> Option<&[u8]> {
        if !self.rest.is_empty() {
            return Some(self.text());
        }
        match core::mem::take(&mut self.due) {
            Value::Number(number, form) => return Some(form(number, &mut self.scratch)),
            Value::Word(word) => return Some(word.as_bytes()),
            _ => {}
        }
        if let Some(redaction) = self.walk.steps.redaction {
            return (redaction.ways.next)(self, redaction.redactor);
        }
        let (text, value) = self.walk.next()?;
        self.owe(value);
        Some(text)
    }
}
