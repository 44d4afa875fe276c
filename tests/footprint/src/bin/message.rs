//! SSP messages with turn pacing and trackers.

#![no_std]
#![no_main]

use footprint::calls::{message_answer, message_request, publisher};
use footprint::opaque::{buffer, of};
use thrads_core::{Conversation, Message};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let Some(publisher) = publisher() else { return };
    let messages: &[Message<'_>] = of(&[]);
    if let Ok(conversation) = Conversation::new(messages) {
        message_request(&publisher, conversation, buffer(&mut [0; 64]));
    }
    message_answer(of(200), buffer(&mut [0; 64]));
}
