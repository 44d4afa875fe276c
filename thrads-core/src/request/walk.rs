//! The one walk over the steps of a body, whether it is counted, written at once, or handed out in pieces.
//!
//! Part of `request`. The bytes are those of section 8 of the wire contract: compact JSON, members in the contract's
//! order, escapes only where JSON demands them.

use super::steps::{Step, Steps, Value, bare, quoted};
use crate::conversation::{Conversation, Role, Timestamp};
use crate::json::write::{decimal, quoted_time};

#[derive(Default)]
pub(super) struct Walk<'p> {
    pub(super) steps: Steps<'p>,
    next: usize,
    /// The next of the list that the last step is.
    next_of_list: usize,
    /// Bytes at the start of the next text that are not wanted.
    cut: usize,
}

impl<'p> Walk<'p> {
    /// Text as it is written, and the value behind it.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn next(&mut self) -> Option<(&'static [u8], Value<'p>)> {
        loop {
            let (text, value) = self.step()?;
            let Some(closes) = value.closes() else { continue };
            // An object that is closed as soon as it is opened has no comma.
            let cut = if let Value::Close = value { self.cut.min(1) } else { self.cut };
            self.cut = closes;
            return Some((text.as_bytes().get(cut..).unwrap_or_default(), value));
        }
    }

    fn step(&mut self) -> Option<Step<'p>> {
        let of_list = match self.steps.before(self.next) {
            Some(Value::Messages(conversation, step)) => step(conversation, self.next_of_list),
            Some(Value::Members(members)) => member_step(members, self.next_of_list),
            _ => None,
        };
        if of_list.is_some() {
            self.next_of_list = self.next_of_list.wrapping_add(1);
            return of_list;
        }
        self.next_of_list = 0;
        self.steps.take(&mut self.next)
    }
}

fn member_step<'p>(members: &'p [(&'p str, &'p str)], index: usize) -> Option<Step<'p>> {
    let (name, value) = members.get(index >> 1)?;
    Some(if index & 1 == 0 { ("\",\"", Value::text(name)) } else { ("\":\"", Value::text(value)) })
}

/// Each message is two steps: what it says, and when.
pub(super) fn message_step<'p>(conversation: &Conversation<'p>, index: usize) -> Option<Step<'p>> {
    let message = conversation.get(index >> 1)?;
    if index & 1 != 0 {
        return Some(match message.timestamp {
            None => ("", Value::Absent),
            Some(Timestamp::Text(text)) => (quoted!("timestamp"), Value::text(text)),
            Some(Timestamp::UnixSeconds(seconds)) => {
                (bare!("timestamp"), Value::Number(seconds, decimal))
            }
            Some(Timestamp::Utc(time)) => (bare!("timestamp"), Value::Number(time.0, quoted_time)),
        });
    }
    let text = match message.role {
        Role::User => "\"},{\"role\":\"user\",\"content\":\"",
        Role::Assistant => "\"},{\"role\":\"assistant\",\"content\":\"",
    };
    // The first closes no message before it.
    let text = if index == 0 { text.get(1..)? } else { text };
    Some((text, Value::text(message.content)))
}
