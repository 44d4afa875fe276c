//! For comparison: the answer to a bid request, read into derived types by serde-json-core.
//!
//! It does less: strings keep their escapes, and an answer of any other shape than this one is an error.

use crate::opaque::keep;
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Answer<'b, P> {
    #[serde(rename = "requestId")]
    request_id: Option<&'b str>,
    message: Option<&'b str>,
    #[serde(borrow)]
    data: Option<Data<'b, P>>,
}

#[derive(Deserialize)]
struct Data<'b, P> {
    #[serde(borrow)]
    bid: Option<Message<'b, P>>,
}

#[derive(Deserialize)]
struct Message<'b, P> {
    price: Option<P>,
    advertiser: Option<&'b str>,
    domain: Option<&'b str>,
    headline: Option<&'b str>,
    description: Option<&'b str>,
    cta_text: Option<&'b str>,
    url: &'b str,
    image_url: Option<&'b str>,
    logo_url: Option<&'b str>,
    dsp: Option<&'b str>,
    #[serde(rename = "bidId")]
    bid_id: Option<&'b str>,
    view_url: Option<&'b str>,
}

/// A message's text; its price is passed over.
#[inline(never)]
pub fn without_numbers(body: &[u8]) {
    read::<IgnoredAny>(body);
}

/// The same, with the price as a floating-point number.
#[inline(never)]
pub fn with_price(body: &[u8]) {
    read::<f64>(body);
}

fn read<'b, P: Deserialize<'b>>(body: &'b [u8]) {
    let Ok((answer, _)) = serde_json_core::from_slice::<Answer<'b, P>>(body) else { return };
    keep((answer.request_id, answer.message));
    if let Some(message) = answer.data.and_then(|data| data.bid) {
        keep((message.price, message.url, message.advertiser, message.domain, message.headline));
        keep((message.description, message.cta_text, message.image_url, message.logo_url));
        keep((message.dsp, message.bid_id, message.view_url));
    }
}
