//! What the conversations of a key and of a person share, lent to one of them for the length of a call.
//!
//! Part of `pacing`. What is not lent is not asked, and its code is not in the program.

use super::{Health, Rate, User};

/// What conversations share: the key's budget, how the platform is, and what the person has seen.
#[derive(Debug)]
pub struct Lent<'l> {
    /// The key's budget.
    pub rate: &'l mut Rate,
    /// How the platform has answered this key; without it, failures hold nothing.
    pub health: Option<&'l mut Health>,
    /// The person; without them there are no caps.
    pub user: Option<&'l mut User>,
}

impl<'l> From<&'l mut Rate> for Lent<'l> {
    fn from(rate: &'l mut Rate) -> Self {
        Self { rate, health: None, user: None }
    }
}

impl Lent<'_> {
    /// The same, for a shorter time.
    pub fn reborrow(&mut self) -> Lent<'_> {
        Lent { rate: self.rate, health: self.health.as_deref_mut(), user: self.user.as_deref_mut() }
    }
}

const _: () =
    assert!(size_of::<Rate>() + size_of::<Health>() <= 48, "a key takes 48 bytes at most");
