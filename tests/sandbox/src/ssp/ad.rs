//! The ads of an SSP answer: `sponsored_message` (wire contract 3.8), `sponsored_prompt` (3.9) and
//! `sponsored_poll` (3.10).

use serde::Serialize;

use crate::inventory::{self, Creative, Placement, Question};
use crate::issuer::Issuer;
use crate::switches::{PromptsIn, TrackersIn};

/// `data`.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Data {
    Bid { bid: Box<Bid> },
    BidArray { bid: Vec<Bid> },
    Bids { bids: Vec<Bid> },
}

/// One ad.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Bid {
    Message(Message),
    Prompt(Prompt),
    Poll(Box<Poll>),
}

#[derive(Serialize)]
pub(super) struct Message {
    ad_format: &'static str,
    price: f64,
    advertiser: &'static str,
    domain: &'static str,
    headline: &'static str,
    description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cta_text: Option<&'static str>,
    url: String,
    placement: Placement,
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view_url: Option<String>,
    dsp: &'static str,
    #[serde(rename = "bidId")]
    bid_id: String,
}

#[derive(Serialize)]
pub(super) struct Prompt {
    #[serde(rename = "bidId")]
    bid_id: String,
    ad_format: &'static str,
    price: f64,
    advertiser: &'static str,
    sponsored_prompt: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    view_url: String,
    sponsored_prompt_click_url: String,
    placement: &'static str,
}

#[derive(Serialize)]
pub(super) struct Poll {
    ad_format: &'static str,
    price: f64,
    advertiser: &'static str,
    domain: &'static str,
    sponsored_poll_id: u32,
    question: &'static str,
    options: Vec<Choice>,
    vote_url: String,
    results_url: String,
    cta_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cta_text: Option<&'static str>,
    view_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    dsp: &'static str,
    #[serde(rename = "bidId")]
    bid_id: String,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    text: &'static str,
}

impl Data {
    pub(super) fn of_prompts(mut bids: Vec<Bid>, how: PromptsIn) -> Option<Self> {
        Some(match how {
            PromptsIn::Bids => Self::Bids { bids },
            PromptsIn::BidArray => Self::BidArray { bid: bids },
            PromptsIn::Bid if bids.is_empty() => return None,
            PromptsIn::Bid => Self::Bid { bid: Box::new(bids.swap_remove(0)) },
        })
    }
}

impl Message {
    /// With `images` off the ad is one of text (wire contract 3.4, C34).
    pub(super) fn new(
        ad: &'static Creative,
        issuer: &mut Issuer<'_>,
        images: bool,
        how: TrackersIn,
    ) -> Self {
        let urls = issuer.message(&ad.common.domain, ad.common.price_micros(), how);
        let image = ad.image.as_ref().filter(|_| images && ad.placement == Placement::Image);
        Self {
            ad_format: "sponsored_message",
            price: ad.common.price,
            advertiser: &ad.advertiser,
            domain: &ad.common.domain,
            headline: &ad.headline,
            description: ad.description.as_deref(),
            cta_text: ad.cta_text.as_deref(),
            url: urls.url,
            placement: if image.is_some() { Placement::Image } else { Placement::Text },
            logo_url: ad.common.logo_url(),
            image_url: image.map(|file| format!("https://cdn.example/{file}")),
            view_url: urls.view_url,
            dsp: &ad.dsp,
            bid_id: issuer.world.ids.short("bid_"),
        }
    }
}

impl Prompt {
    pub(super) fn new(ad: &'static Question, issuer: &mut Issuer<'_>) -> Self {
        Self {
            bid_id: issuer.world.ids.short("sp_"),
            ad_format: "sponsored_prompt",
            price: ad.common.price,
            advertiser: &ad.brand,
            sponsored_prompt: &ad.prompt,
            url: issuer.click(&ad.common.domain),
            logo_url: ad.common.logo_url(),
            view_url: issuer.view(ad.common.price_micros()),
            sponsored_prompt_click_url: issuer.prompt_click(),
            placement: "sponsored_prompt",
        }
    }
}

impl Poll {
    pub(super) fn new(ad: &'static inventory::Poll, issuer: &mut Issuer<'_>) -> Self {
        let [vote_url, results_url] = issuer.poll(ad.id);
        let choice = |(at, text)| Choice { id: inventory::Poll::option_id(at), text };
        Self {
            ad_format: "sponsored_poll",
            price: ad.common.price,
            advertiser: &ad.advertiser,
            domain: &ad.common.domain,
            sponsored_poll_id: ad.id,
            question: &ad.question,
            options: ad.options.iter().map(String::as_str).enumerate().map(choice).collect(),
            vote_url,
            results_url,
            cta_url: issuer.click(&ad.common.domain),
            cta_text: ad.cta_text.as_deref(),
            view_url: issuer.view(ad.common.price_micros()),
            logo_url: ad.common.logo_url(),
            dsp: &ad.dsp,
            bid_id: issuer.world.ids.short("bid_"),
        }
    }
}
