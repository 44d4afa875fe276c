//! Ads for pictures and tests: those of the sandbox, read from an answer as a kiosk gets them.

use serde_json::{Value, json};
use thrads_core::{Ad, Answer, Endpoint, Head, PollRow, decode};

/// An ad under the name of its picture.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) ad: Ad<String>,
}

/// A click URL as the platform makes them.
pub(crate) const CLICK: &str =
    "https://ssp.thrads.ai/api/v1/tracking/redirect?token=5f0c77aa-19b4-4c1e-9d62-0b7e3f8a2c41";

/// Votes on a poll of three or four answers.
pub(crate) const ROWS: [PollRow<'_>; 4] = [row("0", 117), row("1", 64), row("2", 39), row("3", 0)];

const fn row(id: &str, votes: u64) -> PollRow<'_> {
    PollRow { id, text: None, votes: Some(votes), percentage_milli: None }
}

/// Every ad of the sandbox.
pub(crate) fn every() -> Vec<Sample> {
    let text = include_str!("../../../../tests/sandbox/ads.json");
    let all: Value = serde_json::from_str(text).expect("ads.json is JSON");
    let list = |name: &str| all[name].as_array().expect("a list").clone();
    let messages = list("messages").into_iter().map(|ad| named("message", "advertiser", ad));
    let prompts = list("prompts").into_iter().map(|ad| named("prompt", "brand", ad));
    let polls = list("polls").into_iter().map(|ad| named("poll", "advertiser", ad));
    messages.chain(prompts).chain(polls).collect()
}

/// The ad of the sandbox whose name begins so.
pub(crate) fn sample(name: &str) -> Sample {
    every().into_iter().find(|sample| sample.name.starts_with(name)).expect("an ad of that name")
}

/// The kettle with another click URL.
pub(crate) fn with_url(name: &str, url: &str) -> Sample {
    let bid = json!({
        "advertiser": "Boilwell", "headline": "Kettles that do not drip",
        "description": "Steel, quiet, two-year cover.", "cta_text": "See range", "price": 2.35, "url": url,
    });
    Sample { name: name.to_owned(), ad: served(bid) }
}

/// A message of these words.
pub(crate) fn message(
    advertiser: &str,
    headline: &str,
    description: &str,
    call: &str,
) -> Ad<String> {
    served(json!({
        "advertiser": advertiser, "headline": headline, "description": description, "cta_text": call,
        "price": 1.0, "url": CLICK,
    }))
}

/// A question to tap.
pub(crate) fn prompt(advertiser: &str, question: &str) -> Ad<String> {
    served(json!({
        "ad_format": "sponsored_prompt", "advertiser": advertiser, "sponsored_prompt": question,
        "price": 1.0, "url": CLICK,
    }))
}

/// A poll of these answers.
pub(crate) fn poll(advertiser: &str, question: &str, answers: &[&str]) -> Ad<String> {
    let options: Vec<_> =
        answers.iter().zip(0..).map(|(text, id)| json!({"id": id, "text": text})).collect();
    served(json!({
        "ad_format": "sponsored_poll", "advertiser": advertiser, "question": question, "options": options,
        "price": 1.0, "vote_url": CLICK, "results_url": CLICK, "cta_url": CLICK,
    }))
}

/// Reads the answer that brings this bid.
pub(crate) fn served(bid: Value) -> Ad<String> {
    let mut body = json!({"status": "success", "data": {"bid": bid}}).to_string().into_bytes();
    let Answer::Ads(mut served) = decode(Endpoint::Bid, &Head::new(200), &mut body) else {
        panic!("an ad was refused")
    };
    served.ads.next().expect("one ad").map(str::to_owned)
}

/// Gives an ad of the file the members that the platform adds to it.
fn named(kind: &str, sponsor: &str, mut ad: Value) -> Sample {
    let domain = ad["domain"].as_str().and_then(|domain| domain.split('.').next());
    let language = ad["lang"].as_str().unwrap_or_default();
    let name = format!("{kind}-{language}-{}", domain.unwrap_or_default());
    ad["ad_format"] = format!("sponsored_{kind}").into();
    ad["advertiser"] = ad[sponsor].take();
    ad["sponsored_prompt"] = ad["prompt"].take();
    if let Some(texts) = ad["options"].as_array() {
        ad["options"] =
            texts.iter().zip(0..).map(|(text, id)| json!({"id": id, "text": text})).collect();
    }
    let links: &[_] =
        if kind == "poll" { &["vote_url", "results_url", "cta_url"] } else { &["url"] };
    for link in links {
        ad[link] = CLICK.into();
    }
    Sample { name, ad: served(ad) }
}
