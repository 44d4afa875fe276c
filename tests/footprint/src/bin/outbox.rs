//! The same, and an outbox for what cannot be sent.

#![no_std]
#![no_main]

use footprint::calls::{ask_and, engage, publisher, report, wait};
use footprint::opaque::{buffer, text};
use thrads_core::{BidRequest, Call, EndUser};

#[unsafe(no_mangle)]
extern "C" fn entry() {
    let Some(publisher) = publisher() else { return };
    let Ok(person) = EndUser::this_device(text()) else { return };
    let Ok(bid) = BidRequest::opener(text(), person) else { return };
    let (mut body, mut url, mut memory) = ([0; 64], [0; 64], [0; 64]);
    let (body, url) = (buffer(&mut body), buffer(&mut url));
    ask_and(&publisher, Call::Bid(bid), body, url, |offer| {
        let url = buffer(&mut memory);
        report(&offer.ad);
        engage(&publisher, &offer.ad, url);
        wait(&publisher, &offer.ad, offer.impression, url);
    });
}
