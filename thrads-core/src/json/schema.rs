//! The members of an object that are wanted, by name: any order, unknown ones skipped.
//!
//! A helper of `response`. What is read goes to one list of values: first the object's own members, then those of the
//! objects inside it that are wanted too.

use super::text::spells;
use super::value::Value;
use core::ops::Range;

/// Which members of an object are wanted.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) names: &'static [&'static str],
    /// Members that are looked into if they are objects.
    pub(crate) inner: &'static [Inner],
    /// How many values there are for it and what is inside.
    pub(crate) len: usize,
}

/// A member that is looked into.
#[derive(Debug)]
pub(crate) struct Inner {
    /// Which of the names.
    pub(crate) index: usize,
    /// Where its own members begin in the list of values.
    pub(crate) first: usize,
    pub(crate) schema: &'static Schema,
}

impl Schema {
    /// Of an object without wanted ones inside it.
    pub(crate) const fn of(names: &'static [&'static str]) -> Self {
        Self { names, inner: &[], len: names.len() }
    }

    /// Which of the names it is, looked for from `expected` on: servers keep their members in one order.
    pub(crate) fn position(
        &self,
        name: Value,
        document: &[u8],
        expected: &mut usize,
    ) -> Option<usize> {
        let raw = name.inside_of(document);
        let mut index = *expected;
        for _ in self.names {
            if index >= self.names.len() {
                index = 0;
            }
            let candidate = self.names.get(index)?;
            let next = index.wrapping_add(1);
            if raw == candidate.as_bytes() || name.is_escaped() && spells(raw, candidate) {
                *expected = next;
                return Some(index);
            }
            index = next;
        }
        None
    }
}

impl Inner {
    pub(crate) const fn values(&self) -> Range<usize> {
        self.first..self.first.wrapping_add(self.schema.len)
    }
}
