//! The members of a line, and of the objects inside it, by name and kind.
//!
//! `null` counts as absent. What is wrong inside an object is blamed on the member of the line that holds it.

use super::Refusal;
use serde_json::{Map, Value};

/// An object of a line.
pub(super) struct Members<'a> {
    object: &'a Map<String, Value>,
    /// The member of the line that this object belongs to; `None` for the line itself.
    owner: Option<&'static str>,
}

impl<'a> Members<'a> {
    pub(super) fn of_line(object: &'a Map<String, Value>) -> Self {
        Self { object, owner: None }
    }

    /// `value` as an object inside the member `owner` of the line.
    pub(super) fn inside(owner: &'static str, value: &'a Value) -> Result<Self, Refusal> {
        let object = value.as_object().ok_or(Refusal::Invalid(owner))?;
        Ok(Self { object, owner: Some(owner) })
    }

    /// Refuses members that are not named: in a line they are not expressible, inside it they are invalid.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        let is_named = |name: &String| names.contains(&name.as_str());
        match (self.object.keys().all(is_named), self.owner) {
            (true, _) => Ok(()),
            (false, None) => Err(Refusal::Unsupported),
            (false, Some(owner)) => Err(Refusal::Invalid(owner)),
        }
    }

    /// Blames `name` for what is wrong with it.
    pub(super) fn refuse(&self, name: &'static str) -> Refusal {
        Refusal::Invalid(self.owner.unwrap_or(name))
    }

    /// The value that `name` made, or the blame.
    pub(super) fn check<T, E>(&self, name: &'static str, made: Result<T, E>) -> Result<T, Refusal> {
        made.map_err(|_| self.refuse(name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// All members with their names, `null` ones too.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.object.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether the member is there and `null`.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(Value::is_null)
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, Refusal> {
        self.kind(name, Value::as_str)
    }

    /// A text that must be there.
    pub(super) fn needed(&self, name: &'static str) -> Result<&'a str, Refusal> {
        self.text(name)?.ok_or_else(|| self.refuse(name))
    }

    pub(super) fn bool(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.kind(name, Value::as_bool)
    }

    pub(super) fn number<N: TryFrom<u64>>(&self, name: &'static str) -> Result<Option<N>, Refusal> {
        self.kind(name, |value| N::try_from(value.as_u64()?).ok())
    }

    pub(super) fn list(&self, name: &'static str) -> Result<Option<&'a [Value]>, Refusal> {
        self.kind(name, |value| value.as_array().map(Vec::as_slice))
    }

    pub(super) fn object(&self, name: &'static str) -> Result<Option<Self>, Refusal> {
        self.get(name).map(|value| Self::inside(self.owner.unwrap_or(name), value)).transpose()
    }

    /// A text that makes the line one of the protocol.
    pub(super) fn name(&self, name: &'static str) -> Result<&'a str, Refusal> {
        self.get(name).and_then(Value::as_str).ok_or_else(|| unreadable(name))
    }

    fn kind<T>(
        &self,
        name: &'static str,
        kind: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        self.get(name).map(|value| kind(value).ok_or_else(|| self.refuse(name))).transpose()
    }
}

/// The line is none of the protocol because of `name`.
pub(super) fn unreadable(name: &'static str) -> Refusal {
    Refusal::Unreadable(format!("`{name}` is missing or not what the protocol has there"))
}
