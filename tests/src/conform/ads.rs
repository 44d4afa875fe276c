//! Ads as answers list them: all members of their format, absent ones as `null`.

use super::{Answered, Refusal};
use serde_json::{Value, json};
use thrads_core::{
    Ad, ChatbotMessage, ChatbotPrompt, Cpm, Placement, SponsoredMessage, SponsoredPoll,
    SponsoredPrompt, trackers,
};

pub(super) fn listed(ad: &Ad<&str>) -> Answered {
    let pings = trackers(ad).iter().map(|url| url.to_string()).collect();
    Ok(match ad {
        Ad::SponsoredMessage(ad) => message(ad, pings),
        Ad::SponsoredPrompt(ad) => prompt(ad, pings),
        Ad::SponsoredPoll(ad) => poll(ad, pings),
        Ad::ChatbotPrompt(ad) => chatbot_prompt(ad),
        Ad::Message(ad) => chatbot_message(ad),
        Ad::Unknown(ad) => json!({"format": ad.format().collect::<String>(), "unknown": true}),
        _ => return Err(Refusal::Unsupported),
    })
}

fn message(ad: &SponsoredMessage<&str>, pings: Vec<String>) -> Value {
    json!({
        "format": "sponsored_message",
        "placement": match ad.placement {
            Placement::Text => "text",
            Placement::Image => "image",
        },
        "price_micros": micros(ad.cpm),
        "advertiser": ad.advertiser,
        "domain": ad.domain,
        "headline": ad.headline,
        "description": ad.description,
        "cta_text": ad.cta_text,
        "url": ad.url,
        "image_url": ad.image_url,
        "logo_url": ad.logo_url,
        "dsp": ad.dsp,
        "bid_id": ad.bid_id,
        "trackers": pings,
    })
}

fn prompt(ad: &SponsoredPrompt<&str>, pings: Vec<String>) -> Value {
    json!({
        "format": "sponsored_prompt",
        "prompt": ad.prompt,
        "append_message": ad.append_message,
        "cta_text": ad.cta_text,
        "url": ad.url,
        "click_url": ad.click_url,
        "logo_url": ad.logo_url,
        "image_url": ad.image_url,
        "advertiser": ad.advertiser,
        "price_micros": micros(ad.cpm),
        "bid_id": ad.bid_id,
        "trackers": pings,
    })
}

fn poll(ad: &SponsoredPoll<&str>, pings: Vec<String>) -> Value {
    let option =
        |option: thrads_core::PollOption<'_>| json!({"id": option.id(), "text": option.text()});
    json!({
        "format": "sponsored_poll",
        "question": ad.question,
        "options": ad.options.iter().map(option).collect::<Vec<_>>(),
        "vote_url": ad.vote_url,
        "results_url": ad.results_url,
        "cta_url": ad.cta_url,
        "cta_text": ad.cta_text,
        "advertiser": ad.advertiser,
        "domain": ad.domain,
        "logo_url": ad.logo_url,
        "price_micros": micros(ad.cpm),
        "dsp": ad.dsp,
        "bid_id": ad.bid_id,
        "trackers": pings,
    })
}

fn chatbot_message(ad: &ChatbotMessage<&str>) -> Value {
    json!({
        "format": "message",
        "creative": ad.creative,
        "prod_name": ad.prod_name,
        "img_url": ad.img_url,
        "prod_url": ad.prod_url,
        "price_micros": ad.price_micros,
        "currency": ad.currency,
    })
}

fn chatbot_prompt(ad: &ChatbotPrompt<&str>) -> Value {
    json!({
        "format": "prompt",
        "prompt": ad.prompt,
        "link": ad.link,
        "brand": ad.brand,
        "sponsored_prompt_id": ad.sponsored_prompt_id,
        "icon": ad.icon,
        "token": ad.token,
    })
}

fn micros(cpm: Option<Cpm>) -> Option<u64> {
    cpm.map(|Cpm(micros)| micros)
}
