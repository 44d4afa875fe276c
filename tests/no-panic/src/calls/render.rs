//! What is shown and said.

use crate::opaque::{Sink, keep, of, text};
use thrads_core::{Ad, ChatbotPrompt, Placement, SponsoredMessage, UnknownAd, card, speech};

pub(super) fn all() {
    for ad in of([message(), question(), Ad::Unknown(UnknownAd { raw: text() })]) {
        keep(card(&ad, of(0), &mut Sink));
        keep(speech(&ad, &mut Sink));
    }
}

fn message() -> Ad<&'static str> {
    let text = || of(Some(text()));
    Ad::SponsoredMessage(SponsoredMessage {
        placement: of(Placement::Text),
        cpm: of(None),
        advertiser: text(),
        domain: text(),
        headline: text(),
        description: text(),
        cta_text: text(),
        url: "",
        image_url: None,
        logo_url: None,
        dsp: None,
        bid_id: None,
        view_url: None,
    })
}

fn question() -> Ad<&'static str> {
    Ad::ChatbotPrompt(ChatbotPrompt {
        prompt: text(),
        link: text(),
        brand: of(Some(text())),
        sponsored_prompt_id: None,
        icon: None,
        token: None,
    })
}
