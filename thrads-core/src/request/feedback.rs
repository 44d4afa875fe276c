//! E4: what became of a sponsored chatbot prompt.
//!
//! Part of `request`. Section 2.5 of the wire contract: all five members, always.

use super::tree::{Child, Value};

/// What a person did with a sponsored chatbot prompt of the v1 API. The default is a prompt that was left alone.
///
/// A prompt of before August 2025 can only be told of as clicked, see [`Feedback`](crate::Feedback).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Interaction<'a> {
    /// Whether the prompt was clicked.
    pub clicked: bool,
    /// Messages of the person's after the prompt was shown.
    pub number_follow_ups: u32,
    /// Whether the sponsor was mentioned afterwards.
    pub is_sponsor_mentioned: bool,
    /// A summary of the interaction; may be empty, and is written all the same. It leaves the device: write it for
    /// strangers. This crate never makes one of a conversation.
    pub summary: &'a str,
}

impl<'a> Interaction<'a> {
    pub(super) fn child(&self, sponsored_prompt_id: &'a str, index: usize) -> Child<'a> {
        match index {
            0 => Child::item(",\"sponsored_prompt_id\":", Value::Text(sponsored_prompt_id)),
            1 => Child::item(",\"clicked\":", Value::Bool(self.clicked)),
            2 => Child::number(",\"number_follow_ups\":", Some(self.number_follow_ups)),
            3 => Child::item(",\"is_sponsor_mentioned\":", Value::Bool(self.is_sponsor_mentioned)),
            4 => Child::item(",\"summary\":", Value::Text(self.summary)),
            _ => Child::End,
        }
    }
}
