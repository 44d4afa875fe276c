//! Reading answers: a bid, three prompts, a poll, a validation error; each with and without escapes.
//!
//! The others read from bytes, UTF-8 checked, into `Cow`s, which borrow where there is no escape. serde-json-core cannot
//! undo the escapes of borrowed text: it reads into `&str`s, and sits out the lines with escapes.

mod plain;

use crate::rounds::{Contestant, line};
use crate::samples::{BID, POLL, PROMPTS, REFUSED, escaped};
use serde::Deserialize;
use std::borrow::Cow;
use std::hint::black_box;
use thrads_core::{Answer, Endpoint, Head, decode};

pub(crate) fn lines(rounds: usize) -> usize {
    println!(
        "(serde-json-core cannot undo escapes in borrowed text: no ratio where there are any)"
    );
    let mut behind = 0;
    for (name, body) in [("bid", BID), ("three prompts", PROMPTS), ("poll", POLL)] {
        behind += contest::<Bids>(name, rounds, 200, body, Some(plain::bids));
        behind += contest::<Bids>(&format!("{name}, escapes"), rounds, 200, &escaped(body), None);
    }
    behind += contest::<Refused>("validation error", rounds, 422, REFUSED, Some(plain::refused));
    behind + contest::<Refused>("validation error, escapes", rounds, 422, &escaped(REFUSED), None)
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Bids<'a> {
    #[serde(borrow, rename = "requestId")]
    request_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Data<'a> {
    bid: Option<Bid<'a>>,
    bids: Option<Vec<Bid<'a>>>,
}

#[derive(Deserialize)]
struct Bid<'a> {
    #[serde(borrow)]
    ad_format: Option<Cow<'a, str>>,
    price: Option<f64>,
    #[serde(borrow)]
    advertiser: Option<Cow<'a, str>>,
    #[serde(borrow)]
    domain: Option<Cow<'a, str>>,
    #[serde(borrow)]
    headline: Option<Cow<'a, str>>,
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cta_text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sponsored_prompt: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sponsored_prompt_click_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    question: Option<Cow<'a, str>>,
    options: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    vote_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    results_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cta_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    placement: Option<Cow<'a, str>>,
    #[serde(borrow)]
    logo_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    image_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    view_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    dsp: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "bidId")]
    bid_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Refused<'a> {
    #[serde(borrow, rename = "requestId")]
    request_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    error: Option<Detail<'a>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Detail<'a> {
    detail: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    loc: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    msg: Cow<'a, str>,
}

/// What of an answer was read, so that none of it is left out.
trait Weigh {
    fn weigh(&self) -> usize;
}

fn length(text: &Option<Cow<'_, str>>) -> usize {
    text.as_ref().map_or(0, |text| text.len())
}

impl Weigh for Bids<'_> {
    fn weigh(&self) -> usize {
        let bid = |bid: &Bid<'_>| {
            let texts = [
                &bid.ad_format,
                &bid.advertiser,
                &bid.domain,
                &bid.headline,
                &bid.description,
                &bid.cta_text,
                &bid.sponsored_prompt,
                &bid.sponsored_prompt_click_url,
                &bid.placement,
                &bid.logo_url,
                &bid.image_url,
                &bid.view_url,
                &bid.dsp,
                &bid.bid_id,
                &bid.url,
                &bid.question,
                &bid.vote_url,
                &bid.results_url,
                &bid.cta_url,
            ];
            let choice = |choice: &Choice<'_>| choice.id.len() + choice.text.len();
            texts.into_iter().map(length).sum::<usize>()
                + bid.options.iter().flatten().map(choice).sum::<usize>()
                + bid.price.map_or(0, |price| price as usize)
        };
        let data = self.data.as_ref();
        let one = data.and_then(|data| data.bid.as_ref()).map_or(0, bid);
        let many =
            data.and_then(|data| data.bids.as_ref()).map_or(0, |bids| bids.iter().map(bid).sum());
        one + many + length(&self.request_id) + length(&self.status) + length(&self.message)
    }
}

impl Weigh for Refused<'_> {
    fn weigh(&self) -> usize {
        let item = |item: &Item<'_>| {
            item.msg.len() + item.loc.iter().map(|part| part.len()).sum::<usize>()
        };
        let items = self.error.as_ref().map_or(0, |error| error.detail.iter().map(item).sum());
        items + length(&self.request_id) + length(&self.message)
    }
}

fn ours(status: u16, body: &mut [u8]) -> usize {
    match decode(Endpoint::Bid, &Head::new(status), body) {
        Answer::Ads(served) => {
            let mut weight = 0;
            for ad in served.ads {
                black_box(ad.map(|text| weight += text.len()));
            }
            weight
        }
        Answer::ApiError(error) => error.fields.iter().map(|field| field.message.len()).sum(),
        _ => 0,
    }
}

fn contest<'a, T: Deserialize<'a> + Weigh + 'a>(
    name: &str,
    rounds: usize,
    status: u16,
    body: &'a str,
    plain: Option<fn(&[u8]) -> usize>,
) -> usize {
    let mut buffer = body.as_bytes().to_vec();
    assert!(ours(status, &mut buffer) > 0, "{name} is read");
    let bytes = body.as_bytes();
    // Reading in place changes the body, so ours pays for a copy each time.
    let own: Contestant<'_> = Box::new(|| {
        buffer.copy_from_slice(black_box(bytes));
        ours(status, &mut buffer)
    });
    let others: [Option<Contestant<'_>>; 3] = [
        Some(Box::new(|| serde_json::from_slice::<T>(black_box(bytes)).unwrap().weigh())),
        plain.map(|read| Box::new(move || read(black_box(bytes))) as Contestant<'_>),
        Some(Box::new(|| sonic_rs::from_slice::<T>(black_box(bytes)).unwrap().weigh())),
    ];
    line(&format!("{name}, {} B", bytes.len()), rounds, own, others)
}
