//! What a member says: the place of its words once their escapes are undone.
//!
//! Part of `response`.

use super::Diagnostic;
use super::envelope::{Members, Values, member};
use crate::json::text::{is_blank, undo};
use crate::json::value::Value;
use crate::target::is_target;
use core::ops::Range;

/// What counts as said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Text that is more than white space; all else counts as absent (T77).
    Words,
    /// Text, be it blank.
    Text,
    /// Words or a number, such as a price, or an id (T83).
    Number,
}

/// Undoes the escapes of `value`, and makes it the place of what it says; absent if that is nothing.
#[inline(never)]
pub(super) fn say(value: &mut Value, takes: Takes, body: &mut [u8]) {
    *value = match value.kind(body) {
        Some(b'"') if takes == Takes::Text || !is_blank(value.inside_of(body)) => {
            let Range { start, end } = value.inside();
            Value::new(start, if value.is_escaped() { undo(start..end, body) } else { end })
        }
        Some(b'-' | b'0'..=b'9') if takes == Takes::Number => Value::at(value.range()),
        _ => Value::ABSENT,
    }
}

/// The same of a member, which is where it stood then.
pub(super) fn settle(values: &mut Values, index: usize, takes: Takes, body: &mut [u8]) -> Value {
    match values.get_mut(index) {
        Some(value) => {
            say(value, takes, body);
            *value
        }
        None => Value::ABSENT,
    }
}

/// What stands at a value, if that is there.
pub(super) fn at(value: Value, text: &str) -> Option<&str> {
    if value.is_there() { text.get(value.range()) } else { None }
}

/// The same of the members of an ad: those that are wanted, of which `price` may be a number. The others become absent.
#[inline(never)]
pub(super) fn say_all(members: &mut Members, wanted: Wanted, price: usize, body: &mut [u8]) {
    let Wanted(mut wanted) = wanted;
    for (index, member) in members.iter_mut().enumerate() {
        if wanted & 1 == 0 {
            *member = Value::ABSENT;
        } else {
            say(member, if index == price { Takes::Number } else { Takes::Words }, body);
        }
        wanted >>= 1;
    }
}

/// Members by their index, a bit each.
#[derive(Clone, Copy)]
pub(super) struct Wanted(u32);

impl Wanted {
    pub(super) const fn of(indices: &[usize]) -> Self {
        let (mut bits, mut rest) = (0, indices);
        while let [index, behind @ ..] = rest {
            bits |= 1 << *index;
            rest = behind;
        }
        Self(bits)
    }
}

/// Whether what a member says keeps the rule for targets.
#[inline(never)]
pub(super) fn target(members: &Members, index: usize, body: &[u8]) -> Result<(), Diagnostic> {
    let url = member(members, index);
    if !url.is_there() {
        return Err(Diagnostic::NoTarget);
    }
    let keeps_rule = body.get(url.range()).is_some_and(is_target);
    if keeps_rule { Ok(()) } else { Err(Diagnostic::RefusedTarget) }
}

/// Leaves out a member that breaks the rule for targets.
pub(super) fn drop_bad_target(members: &mut Members, index: usize, body: &[u8]) {
    if target(members, index, body).is_err() {
        set(members, index, Value::ABSENT);
    }
}

/// Whether a member says anything.
pub(super) fn is_there(members: &Members, index: usize) -> bool {
    member(members, index).is_there()
}

pub(super) fn set(members: &mut Members, index: usize, value: Value) {
    if let Some(member) = members.get_mut(index) {
        *member = value;
    }
}
