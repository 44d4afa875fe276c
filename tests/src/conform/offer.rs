//! The `ad` of a line becomes an offer the way an application gets one: by a session, out of an answer of the platform.
//!
//! What can be told of an ad once is minted there and nowhere else.

use super::Refusal;
use super::members::Members;
use serde_json::{Map, Value, json};
use thrads_core::{
    ApiKey, BidRequest, Call, CountryCode, EndUser, Environment, Head, Instant, Millis, Offer,
    Outcome, Policy, PromptRequest, Publisher, Rate, Session,
};

/// The offer of an SSP ad as `read` lists it; its text stands in `bytes`.
pub(super) fn of_bid<'b>(
    ad: &Members<'_>,
    bytes: &'b mut Vec<u8>,
) -> Result<Offer<&'b str>, Refusal> {
    let names: &[_] = match ad.needed("format")? {
        "sponsored_poll" => &POLL_MEMBERS,
        "sponsored_prompt" => &PROMPT_MEMBERS,
        _ => return Err(ad.refuse("format")),
    };
    let listed: Vec<_> = names.iter().map(|(name, _)| *name).collect();
    ad.only(&[&listed[..], &["trackers", "price_micros"]].concat())?;
    let member = |(name, wire): &(&str, &str)| Some(((*wire).to_owned(), ad.get(name)?.clone()));
    let bid: Map<String, Value> = names.iter().filter_map(member).collect();
    let opener = || BidRequest::opener("u", EndUser::this_device("-").ok()?).ok();
    let offer =
        opener().and_then(|opener| offer(Call::Bid(opener), &json!({"data": {"bid": bid}}), bytes));
    offer.ok_or_else(|| ad.refuse("ad"))
}

/// The offer of a v1 prompt of which only `name` is known.
pub(super) fn of_prompt<'b>(
    name: &'static str,
    line: &Members<'_>,
    bytes: &'b mut Vec<u8>,
) -> Result<Offer<&'b str>, Refusal> {
    let mut prompt = json!({"prompt": "-", "link": "https://a.example/"});
    prompt[name] = line.needed(name)?.into();
    let opener = CountryCode::new("US").ok().map(PromptRequest::new);
    let offer =
        opener.and_then(|opener| offer(Call::Prompt(opener), &json!({"data": prompt}), bytes));
    offer.ok_or_else(|| line.refuse(name))
}

fn offer<'b>(call: Call<'_>, answer: &Value, bytes: &'b mut Vec<u8>) -> Option<Offer<&'b str>> {
    let publisher = Publisher::new(ApiKey::new("-").ok()?, Environment::Staging);
    let mut session = Session::new(call.family(), Policy::default());
    let now = Instant::from_millis(0);
    session.poll_request(now, &mut Rate::default(), Millis(0), &publisher, call);
    *bytes = answer.to_string().into_bytes();
    match session.handle_response(&Head::new(200), bytes) {
        Outcome::Ad(mut offers) => offers.next(),
        _ => None,
    }
}

/// Names in a listed ad, and on the wire.
const POLL_MEMBERS: [(&str, &str); 12] = [
    ("format", "ad_format"),
    ("question", "question"),
    ("options", "options"),
    ("vote_url", "vote_url"),
    ("results_url", "results_url"),
    ("cta_url", "cta_url"),
    ("cta_text", "cta_text"),
    ("advertiser", "advertiser"),
    ("domain", "domain"),
    ("logo_url", "logo_url"),
    ("dsp", "dsp"),
    ("bid_id", "bidId"),
];
const PROMPT_MEMBERS: [(&str, &str); 10] = [
    ("format", "ad_format"),
    ("prompt", "sponsored_prompt"),
    ("append_message", "append_message"),
    ("cta_text", "cta_text"),
    ("url", "url"),
    ("click_url", "sponsored_prompt_click_url"),
    ("logo_url", "logo_url"),
    ("image_url", "image_url"),
    ("advertiser", "advertiser"),
    ("bid_id", "bidId"),
];
