//! The members of an object that are wanted, by name: any order, unknown ones skipped.
//!
//! A helper of `response`. What is read goes to one list of values: first the object's own members, then those of the
//! objects inside it that are wanted too.

use super::text::spells;
use super::value::Value;
#[cfg(any(test, target_os = "none"))]
use crate::target::cut;
use core::ops::Range;

/// Which members of an object are wanted.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) names: Names,
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
    pub(crate) const fn of(names: Names) -> Self {
        Self { names, inner: &[], len: count(names) }
    }

    /// Which of the names it is, looked for from `expected` on: servers keep their members in one order.
    #[cfg(not(target_os = "none"))]
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

    /// Which of the names it is.
    #[cfg(target_os = "none")]
    pub(crate) fn position(&self, name: Value, document: &[u8], _: &mut usize) -> Option<usize> {
        position_in(self.names, name.inside_of(document), name.is_escaped())
    }
}

/// Names of members, as [`names`] writes them. On a microcontroller they are one text with a line break behind each: a list
/// of texts takes seven bytes more for each of them.
#[cfg(not(target_os = "none"))]
pub(crate) type Names = &'static [&'static str];
#[cfg(target_os = "none")]
pub(crate) type Names = &'static str;

#[cfg(not(target_os = "none"))]
macro_rules! names {
    ($($name:literal),* $(,)?) => { &[$($name),*] };
}
#[cfg(target_os = "none")]
macro_rules! names {
    ($($name:literal),* $(,)?) => { concat!($($name, "\n"),*) };
}
pub(crate) use names;

#[cfg(not(target_os = "none"))]
pub(crate) const fn count(names: Names) -> usize {
    names.len()
}

#[cfg(target_os = "none")]
pub(crate) const fn count(names: Names) -> usize {
    let (mut count, mut rest) = (0_usize, names.as_bytes());
    while let [byte, behind @ ..] = rest {
        count = count.wrapping_add((*byte == b'\n') as usize);
        rest = behind;
    }
    count
}

/// Which of the names in one text a string's inside stands for.
#[cfg(any(test, target_os = "none"))]
fn position_in(names: &str, inside: &[u8], is_escaped: bool) -> Option<usize> {
    let (mut rest, mut index) = (names, 0_usize);
    loop {
        let (candidate, behind) = cut(rest, b'\n');
        rest = behind?;
        if inside == candidate.as_bytes() || is_escaped && spells(inside, candidate) {
            return Some(index);
        }
        index = index.wrapping_add(1);
    }
}

impl Inner {
    pub(crate) const fn values(&self) -> Range<usize> {
        self.first..self.first.wrapping_add(self.schema.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_one_text_of_them_and_no_part_of_one() {
        let names = "bid\nbids\ntimestamp\n";
        for (inside, place) in [("bid", Some(0)), ("bids", Some(1)), ("timestamp", Some(2))] {
            assert_eq!(position_in(names, inside.as_bytes(), false), place);
        }
        for inside in ["", "bi", "ids", "bid\nbids", "stamp", "timestamps", "b\\u0069d"] {
            assert_eq!(position_in(names, inside.as_bytes(), false), None, "{inside}");
        }
        assert_eq!(position_in(names, b"b\\u0069ds", true), Some(1));
        assert_eq!(position_in(names, b"b\\u0069d\\n", true), None);
        assert_eq!(position_in("", b"", false), None);
    }
}
