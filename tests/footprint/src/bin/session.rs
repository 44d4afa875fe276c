//! Everything through a session, with a history kept on the device.

#![no_std]
#![no_main]

use footprint::calls::{ask, publisher};
use footprint::opaque::{buffer, of, text};
use thrads_core::{BidRequest, Call, CountryCode, EndUser, History, PromptRequest, Role};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let Some(publisher) = publisher() else { return };
    let mut history = of(History::<20, 4096>::new());
    let _refused = history.push(of(Role::User), text(), of(None));
    let (Some(conversation), Ok(person)) = (history.conversation(), EndUser::this_device(text()))
    else {
        return;
    };
    if let Ok(bid) = BidRequest::contextual(text(), text(), conversation, person) {
        ask(&publisher, Call::Bid(bid), buffer(&mut [0; 64]), buffer(&mut [0; 64]));
    }
    if let Ok(country) = CountryCode::new(text()) {
        let prompt = PromptRequest::new(country);
        ask(&publisher, Call::Prompt(prompt), buffer(&mut [0; 64]), buffer(&mut [0; 64]));
    }
}
