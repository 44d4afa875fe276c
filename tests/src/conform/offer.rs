//! The `ad` of a line becomes an offer the way an application gets one: by a session, out of an answer of the platform.
//!
//! What can be told of an ad once is minted there and nowhere else.

use super::Refusal;
use super::members::Members;
use serde_json::{Map, Value, json};
use thrads_core::{
    ApiKey, BidRequest, Call, CountryCode, EndUser, Environment, Head, Instant, MessageRequest,
    Millis, Offer, Outcome, Policy, PromptRequest, Publisher, Rate, Session,
};

/// The offer of an ad as `read` lists it, made of text in `bytes`. For members that the line leaves out `else_members`
/// stands in; one that is null is not there.
pub(super) fn of_ad<'b>(
    ad: &Members<'_>,
    else_members: Value,
    bytes: &'b mut Vec<u8>,
) -> Result<Offer<&'b str>, Refusal> {
    let names: &[_] = match ad.needed("format")? {
        "sponsored_message" => &MESSAGE_MEMBERS,
        "sponsored_poll" => &POLL_MEMBERS,
        "sponsored_prompt" => &PROMPT_MEMBERS,
        "prompt" => &V1_PROMPT_MEMBERS,
        "message" => &V1_MESSAGE_MEMBERS,
        _ => return Err(ad.refuse("format")),
    };
    let listed: Vec<_> = names.iter().map(|(name, _)| *name).collect();
    ad.only(&[&listed[..], &["format", "trackers", "price_micros"]].concat())?;
    let micros: Option<u64> = ad.number("price_micros")?;
    let member = |(name, wire): &(&str, &str)| {
        let left_out = (!ad.is_null(name)).then(|| else_members.get(wire)).flatten();
        Some(((*wire).to_owned(), ad.get(name).or(left_out)?.clone()))
    };
    let mut data: Map<String, Value> = names.iter().filter_map(member).collect();
    let offer = match ad.needed("format")? {
        "prompt" => opener().and_then(|call| offer(call, &json!({"data": data}), bytes)),
        "message" => {
            if let Some(micros) = micros {
                data.insert("price".to_owned(), format!("{micros}e-6").into());
            }
            exchange().and_then(|call| offer(call, &json!({"data": data}), bytes))
        }
        format => {
            data.insert("ad_format".to_owned(), format.into());
            bid().and_then(|call| offer(call, &json!({"data": {"bid": data}}), bytes))
        }
    };
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
    let offer = opener().and_then(|call| offer(call, &json!({"data": prompt}), bytes));
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

fn opener() -> Option<Call<'static>> {
    CountryCode::new("US").ok().map(PromptRequest::new).map(Call::Prompt)
}

fn exchange() -> Option<Call<'static>> {
    MessageRequest::new("u", "c", ("-", "-")).ok().map(Call::Message)
}

fn bid() -> Option<Call<'static>> {
    BidRequest::opener("u", EndUser::this_device("-").ok()?).ok().map(Call::Bid)
}

/// Names in a listed ad, and on the wire.
const MESSAGE_MEMBERS: [(&str, &str); 11] = [
    ("placement", "placement"),
    ("advertiser", "advertiser"),
    ("domain", "domain"),
    ("headline", "headline"),
    ("description", "description"),
    ("cta_text", "cta_text"),
    ("url", "url"),
    ("image_url", "image_url"),
    ("logo_url", "logo_url"),
    ("dsp", "dsp"),
    ("bid_id", "bidId"),
];
const POLL_MEMBERS: [(&str, &str); 11] = [
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
const PROMPT_MEMBERS: [(&str, &str); 9] = [
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
const V1_PROMPT_MEMBERS: [(&str, &str); 6] = [
    ("prompt", "prompt"),
    ("link", "link"),
    ("brand", "brand"),
    ("sponsored_prompt_id", "sponsored_prompt_id"),
    ("icon", "icon"),
    ("token", "token"),
];
const V1_MESSAGE_MEMBERS: [(&str, &str); 5] = [
    ("creative", "creative"),
    ("prod_name", "prod_name"),
    ("img_url", "img_url"),
    ("prod_url", "prod_url"),
    ("currency", "currency"),
];
