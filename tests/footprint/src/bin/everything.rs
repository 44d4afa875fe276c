//! Every request and answer, with turn pacing and trackers.

#![no_std]
#![no_main]

use footprint::calls::{
    any_bid_answer, any_bid_request, message_request, prompt_request, publisher, v1_message_request,
};
use footprint::opaque::{buffer, of};
use thrads_core::{Conversation, Message};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let Some(publisher) = publisher() else { return };
    prompt_request(&publisher, buffer(&mut [0; 64]));
    v1_message_request(&publisher, buffer(&mut [0; 64]));
    let messages: &[Message<'_>] = of(&[]);
    if let Ok(conversation) = Conversation::new(messages) {
        message_request(&publisher, conversation, buffer(&mut [0; 64]));
        any_bid_request(&publisher, conversation, buffer(&mut [0; 64]));
    }
    any_bid_answer(&publisher, of(200), buffer(&mut [0; 64]));
}
