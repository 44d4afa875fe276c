//! The same answers by serde-json-core, which leaves escapes as they stand and has no list without a limit.

use heapless::Vec;
use serde::Deserialize;

pub(super) fn bids(body: &[u8]) -> usize {
    let (bids, _) = serde_json_core::from_slice::<Bids<'_>>(body).unwrap();
    let bid = bids.data.bid.iter();
    let texts = [bids.request_id, bids.status, bids.message];
    bid.chain(bids.data.bids.iter().flatten()).map(weigh).sum::<usize>() + lengths(&texts)
}

pub(super) fn refused(body: &[u8]) -> usize {
    let (refused, _) = serde_json_core::from_slice::<Refused<'_>>(body).unwrap();
    let item =
        |item: &Item<'_>| item.msg.len() + item.loc.iter().map(|part| part.len()).sum::<usize>();
    refused.error.detail.iter().map(item).sum::<usize>()
        + lengths(&[refused.request_id, refused.message])
}

#[derive(Deserialize)]
struct Bids<'a> {
    #[serde(rename = "requestId")]
    request_id: Option<&'a str>,
    status: Option<&'a str>,
    message: Option<&'a str>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    bid: Option<Bid<'a>>,
    bids: Option<Vec<Bid<'a>, 8>>,
}

#[derive(Deserialize)]
struct Bid<'a> {
    price: Option<f64>,
    #[serde(rename = "bidId")]
    bid_id: Option<&'a str>,
    #[serde(borrow)]
    options: Option<Vec<Choice<'a>, 4>>,
    ad_format: Option<&'a str>,
    advertiser: Option<&'a str>,
    domain: Option<&'a str>,
    headline: Option<&'a str>,
    description: Option<&'a str>,
    cta_text: Option<&'a str>,
    sponsored_prompt: Option<&'a str>,
    sponsored_prompt_click_url: Option<&'a str>,
    url: Option<&'a str>,
    question: Option<&'a str>,
    vote_url: Option<&'a str>,
    results_url: Option<&'a str>,
    cta_url: Option<&'a str>,
    placement: Option<&'a str>,
    logo_url: Option<&'a str>,
    image_url: Option<&'a str>,
    view_url: Option<&'a str>,
    dsp: Option<&'a str>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    id: &'a str,
    text: &'a str,
}

#[derive(Deserialize)]
struct Refused<'a> {
    #[serde(rename = "requestId")]
    request_id: Option<&'a str>,
    message: Option<&'a str>,
    #[serde(borrow)]
    error: Detail<'a>,
}

#[derive(Deserialize)]
struct Detail<'a> {
    #[serde(borrow)]
    detail: Vec<Item<'a>, 4>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    loc: Vec<&'a str, 8>,
    msg: &'a str,
}

fn weigh(bid: &Bid<'_>) -> usize {
    let texts = [
        bid.bid_id,
        bid.ad_format,
        bid.advertiser,
        bid.domain,
        bid.headline,
        bid.description,
        bid.cta_text,
        bid.sponsored_prompt,
        bid.sponsored_prompt_click_url,
        bid.url,
        bid.question,
        bid.vote_url,
        bid.results_url,
        bid.cta_url,
        bid.placement,
        bid.logo_url,
        bid.image_url,
        bid.view_url,
        bid.dsp,
    ];
    let choice = |choice: &Choice<'_>| choice.id.len() + choice.text.len();
    lengths(&texts)
        + bid.options.iter().flatten().map(choice).sum::<usize>()
        + bid.price.map_or(0, |price| price as usize)
}

fn lengths(texts: &[Option<&str>]) -> usize {
    texts.iter().flatten().map(|text| text.len()).sum()
}
