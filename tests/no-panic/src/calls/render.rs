//! What is shown and said.

use crate::opaque::{Sink, keep, of, text};
use thrads_core::{
    Ad, ChatbotPrompt, Escaped, Markup, Phrases, Placement, Spoken, SponsoredMessage, UnknownAd,
    Voice, card, domain, plain, speech, spoken_choice,
};

pub(super) fn all() {
    plain(text()).for_each(keep);
    keep(domain(text(), &mut Sink));
    for ad in of([message(), question(), Ad::Unknown(UnknownAd { raw: text() })]) {
        keep(card(&ad, of(0), &mut Sink));
        keep(card(&ad, of(0), &mut Escaped::new(of(Markup::Html), Sink)));
        keep(speech(&ad, &voice(), &mut Sink));
        keep(spoken_choice(&ad, of(0), &voice(), &mut Sink).map(|spoken| times(of(spoken))));
    }
}

fn voice() -> Voice<'static> {
    let phrases: &Phrases<'_> = of(&Phrases::GERMAN);
    Voice { phrases, letters_per_second: of(0), limit: of(Voice::ENGLISH.limit) }
}

fn times(spoken: Spoken) {
    keep(spoken.disclosure_per_mille());
    keep(spoken.per_mille_at(of(spoken.total)));
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
