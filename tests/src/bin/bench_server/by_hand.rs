//! The call as a user of reqwest and serde_json would write it.

use crate::asking::Chat;
use crate::said;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thrads_sandbox::PRODUCTION_KEY;

#[derive(Clone)]
pub(crate) struct ByHand {
    client: reqwest::Client,
    url: String,
    turn: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BidRequest {
    user_id: String,
    chat_id: String,
    messages: Vec<Message>,
    #[serde(rename = "request_type")]
    request_type: &'static str,
    #[serde(rename = "ad_formats")]
    ad_formats: Vec<&'static str>,
    #[serde(rename = "turn_number")]
    turn_number: u32,
    config: Config,
    force: bool,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Config {
    ad_offset: u32,
    max_frequency: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read as a user would, who shows and reports some of it")]
struct Answer {
    request_id: Option<String>,
    status: String,
    message: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    bid: Bid,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as a user would, who shows and reports some of it")]
struct Bid {
    ad_format: Option<String>,
    price: f64,
    advertiser: String,
    domain: Option<String>,
    headline: String,
    description: Option<String>,
    cta_text: Option<String>,
    url: String,
    placement: Option<serde_json::Value>,
    logo_url: Option<String>,
    image_url: Option<String>,
    view_url: Option<String>,
    dsp: Option<String>,
    #[serde(rename = "bidId")]
    bid_id: Option<String>,
}

impl ByHand {
    pub(crate) fn chats(base: &str, chats: usize) -> Option<Vec<Self>> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build();
        let chat = Self { client: client.ok()?, url: format!("{base}{}", said::PATH), turn: 0 };
        Some(vec![chat; chats])
    }
}

impl Chat for ByHand {
    async fn ask(&mut self) -> Option<usize> {
        self.turn += 1;
        let said = |role, content: &str| Message { role, content: content.to_owned() };
        let exchange =
            |(asked, answered): &(&str, &str)| [said("user", asked), said("assistant", answered)];
        let request = BidRequest {
            user_id: said::USER.to_owned(),
            chat_id: said::CHAT.to_owned(),
            messages: said::TURNS.iter().flat_map(exchange).collect(),
            request_type: "contextual",
            ad_formats: vec!["sponsored_message"],
            turn_number: self.turn,
            config: Config { ad_offset: 0, max_frequency: 0 },
            force: true,
        };
        let answer: Answer = self
            .client
            .post(&self.url)
            .header("thrad-api-key", PRODUCTION_KEY)
            .header("x-forwarded-for", said::ADDRESS)
            .header("user-agent", said::AGENT)
            .json(&request)
            .send()
            .await
            .ok()?
            .error_for_status()
            .ok()?
            .json()
            .await
            .ok()?;
        Some(answer.data?.bid.headline.len())
    }
}
