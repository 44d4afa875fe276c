//! E4: what became of a sponsored chatbot prompt.
//!
//! Part of `request`. Section 2.5 of the wire contract: all five members, always.

use super::steps::{END, Steps, bare, first, quoted};

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
    /// A summary of the interaction; may be empty, and is written all the same. It leaves the device, and
    /// passes no [`Redactor`](crate::Redactor) in this crate, as it does in thrads-std: write it for strangers. None is ever
    /// made of a conversation here.
    pub summary: &'a str,
}

impl<'a> Interaction<'a> {
    pub(super) fn push(&self, sponsored_prompt_id: &'a str, steps: &mut Steps<'a>) {
        steps.begin(&TEXTS);
        steps.text(Some(sponsored_prompt_id));
        steps.bool(Some(self.clicked));
        steps.number(Some(self.number_follow_ups));
        steps.bool(Some(self.is_sponsor_mentioned));
        steps.text(Some(self.summary));
        steps.close(true);
    }
}

static TEXTS: [&str; 6] = [
    first!("sponsored_prompt_id"),
    bare!("clicked"),
    bare!("number_follow_ups"),
    bare!("is_sponsor_mentioned"),
    quoted!("summary"),
    END,
];
