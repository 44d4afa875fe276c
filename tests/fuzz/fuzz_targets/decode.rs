//! Any bytes as an answer: endpoint (1 byte), status (2 bytes, big-endian), body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::ops::Range;
use thrads_core::{
    Ad, Answer, ApiError, DISCLOSURE, Endpoint, Envelope, Head, MAX_ADS, MAX_SNIPPET_BYTES,
    MAX_TRACKERS, PollAnswer, PollResults, Target, Voice, card, decode, speech, trackers,
};
use thrads_fuzz::{assert_card, assert_speech, is_target};

fuzz_target!(|data: &[u8]| {
    let Some((&[endpoint, high, low], body)) = data.split_first_chunk() else { return };
    let endpoint = ENDPOINTS[usize::from(endpoint) % ENDPOINTS.len()];
    let head = Head::new(u16::from_be_bytes([high, low]));
    let mut body = Box::<[u8]>::from(body);
    let lent = Lent(body.as_ptr_range().start as usize..body.as_ptr_range().end as usize);
    match decode(endpoint, &head, &mut body) {
        Answer::Ads(served) => {
            lent.hold_all([served.request_id, served.message]);
            lent.hold_envelope(served.envelope);
            let count = served.ads.map(|ad| assert_ad(ad, &lent)).count();
            assert!((1..=MAX_ADS).contains(&count));
        }
        Answer::NoAd(no_ad) => {
            lent.hold_all([no_ad.request_id, no_ad.message]);
            lent.hold_envelope(no_ad.envelope);
        }
        Answer::Poll(PollAnswer::Results(results)) => assert_results(results, &lent),
        Answer::Poll(_) => assert!(!(200..=299).contains(&head.status)),
        Answer::ApiError(error) => assert_error(&error, &lent),
        Answer::Malformed(malformed) => {
            assert!(malformed.snippet.len() <= MAX_SNIPPET_BYTES);
            lent.hold(malformed.snippet);
        }
        _ => unreachable!(),
    }
});

/// Where the lent buffer stands.
struct Lent(Range<usize>);

impl Lent {
    fn hold(&self, text: &str) {
        let range = text.as_bytes().as_ptr_range();
        let is_inside = self.0.start <= range.start as usize && range.end as usize <= self.0.end;
        assert!(text.is_empty() || is_inside);
        assert!(std::str::from_utf8(text.as_bytes()).is_ok());
    }

    fn hold_all<const N: usize>(&self, texts: [Option<&str>; N]) {
        texts.into_iter().flatten().for_each(|text| self.hold(text));
    }

    fn hold_envelope(&self, envelope: Envelope<'_>) {
        self.hold_all([
            envelope.api_version(),
            envelope.timestamp(),
            envelope.docs_url(),
            envelope.total_time(),
        ]);
    }
}

fn assert_ad(ad: Ad<&str>, lent: &Lent) {
    let _ = ad.map(|text| lent.hold(text));
    if let Ad::SponsoredPrompt(prompt) = &ad {
        assert!(prompt.click_url.is_none_or(is_target));
    }
    match ad.click_url() {
        Some(url) => assert!(is_target(url) && Target::parse(url).is_some(), "{url:?}"),
        None => assert!(matches!(ad, Ad::SponsoredPoll(_) | Ad::Unknown(_))),
    }
    if let Ad::SponsoredPoll(poll) = &ad {
        assert!(is_target(poll.vote_url) && is_target(poll.results_url));
        let texts =
            poll.options.iter().map(|option| lent.hold_all([option.id(), option.text()].map(Some)));
        assert!(texts.count() > 0);
    }
    if let Ad::Unknown(unknown) = &ad {
        assert!(unknown.format().count() > 0);
    }
    assert_trackers(&ad);
    assert_shown(&ad);
}

fn assert_trackers(ad: &Ad<&str>) {
    let trackers = trackers(ad);
    let urls: Vec<String> = trackers.iter().map(|url| url.to_string()).collect();
    assert!(urls.len() + usize::from(trackers.refused()) <= MAX_TRACKERS);
    for (at, url) in urls.iter().enumerate() {
        assert!(Target::parse(url).is_some() && is_target(url), "{url:?}");
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
        assert!(!urls[..at].contains(url), "{url:?}");
    }
}

fn assert_shown(ad: &Ad<&str>) {
    for columns in WIDTHS {
        let mut shown = String::new();
        card(ad, columns, &mut shown).expect("a string takes everything");
        match ad {
            Ad::Unknown(_) => assert!(shown.is_empty()),
            _ => assert_card(&shown),
        }
    }
    for voice in [Voice::ENGLISH, Voice::GERMAN] {
        let mut said = String::new();
        let spoken = speech(ad, &voice, &mut said).expect("a string takes everything");
        match ad {
            Ad::Unknown(_) => assert!(said.is_empty()),
            // A poll that takes too long is not said.
            Ad::SponsoredPoll(_) if said.is_empty() => assert!(spoken.is_cut),
            _ => assert_speech(&said, &voice),
        }
        let is_label = said == voice.phrases.disclosure;
        assert!(spoken.total <= voice.limit || is_label, "{said:?}");
    }
}

fn assert_results(results: PollResults<'_>, lent: &Lent) {
    lent.hold_all([results.question, results.selected]);
    for row in results.rows {
        assert!(!row.id.is_empty());
        lent.hold_all([Some(row.id), row.text]);
    }
}

fn assert_error(error: &ApiError<'_>, lent: &Lent) {
    lent.hold_all([error.message, error.request_id]);
    for field in error.fields.iter() {
        lent.hold(field.message);
        let _ = field.loc.to_string();
    }
}

const ENDPOINTS: [Endpoint; 6] = [
    Endpoint::Bid,
    Endpoint::Prompt,
    Endpoint::Message,
    Endpoint::Vote,
    Endpoint::Results,
    Endpoint::Feedback,
];

/// Below the least, at the steps of the disclosure line, a small display, and one without an edge.
const WIDTHS: [usize; 6] = [0, DISCLOSURE.len() + 1, 13, 20, 40, usize::MAX];
