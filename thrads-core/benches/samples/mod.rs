//! What the benches build and read.

use thrads_core::{
    ApiKey, BidRequest, Call, Conversation, CountryCode, EndUser, Environment, Message,
    PromptRequest, Publisher, Role, Timestamp,
};

pub(crate) const QUESTION: &str = "My old kettle leaks since \"the\" summer — what should I buy instead?\nIt is for a family of five.";
pub(crate) const ANSWER: &str = "One with a steel body and a lid that locks; 1.7 litres are enough for five cups. Do you have gas or \
    electricity, and would you rather have it quiet or quick? Prices start at about 30 €.";
pub(crate) const TIME: &str = "2026-05-04T09:00:00Z";

/// As many messages, the person's first.
pub(crate) fn messages(count: usize) -> Vec<Message<'static>> {
    let timestamp = Some(Timestamp::Text(TIME));
    let question = Message { role: Role::User, content: QUESTION, timestamp };
    let answer = Message { role: Role::Assistant, content: ANSWER, timestamp };
    [question, answer].into_iter().cycle().take(count).collect()
}

pub(crate) fn bid<'a>(messages: &'a [Message<'a>]) -> Call<'a> {
    let user = EndUser::this_device("bench/1").unwrap();
    let conversation = Conversation::new(messages).unwrap();
    Call::Bid(BidRequest::contextual("user_1", "chat_1", conversation, user).unwrap())
}

pub(crate) fn prompt() -> Call<'static> {
    let call = PromptRequest::new(CountryCode::new("DE").unwrap()).chat_id("chat_1");
    Call::Prompt(call.user_id("user_1").unwrap().content(QUESTION, ANSWER).unwrap())
}

pub(crate) fn publisher() -> Publisher {
    Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging)
}

pub(crate) const BID: &str = r#"{"requestId":"api_req_0f3a5c77d1","timestamp":"2026-05-04T09:00:05.120445Z","totalTime":0.884,"status":"success","message":"Bid successful","data":{"bid":{"ad_format":"sponsored_message","price":2.35,"advertiser":"Morning Post Coffee","domain":"morningpost.example","headline":"Beans roasted on Monday, here by Wednesday ☕","description":"Single origin or house blend – the first bag is at half price.","cta_text":"Try a bag","url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=eyJiIjoiOTAwMSJ9.x-_Y&view_url=https%3A%2F%2Fdsp.example%2Fv%3Fb%3D1%26x%3D%252F&thrad_view_url=https%3A%2F%2Fssp.thrads.ai%2Fapi%2Fv1%2Ftracking%2Fview%3Ftoken%3Dtk2","placement":"image","logo_url":"https://cdn.example/logos/morningpost.png","image_url":"https://cdn.example/pictures/beans.jpg","dsp":"thrad_dsp","bidId":"bid_9001"}},"error":null}"#;

pub(crate) const PROMPTS: &str = r#"{"requestId":"api_req_9100","status":"success","data":{"bids":[{"bidId":"sp_1","advertiser":"Fellrunner","sponsored_prompt":"Best shoes for a muddy half marathon – which last?","url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=a1","logo_url":"https://cdn.example/fell.png","view_url":"https://ssp.thrads.ai/api/v1/tracking/view?token=a2","sponsored_prompt_click_url":"https://events.thrad.ai/api/v1/tracking/sponsored-prompt-click?token=a3","placement":"sponsored_prompt"},{"bidId":"sp_2","advertiser":"Boilwell","sponsored_prompt":"Gas or electric: which kettle boils faster?","url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=b1","view_url":"https://ssp.thrads.ai/api/v1/tracking/view?token=b2","sponsored_prompt_click_url":"https://events.thrad.ai/api/v1/tracking/sponsored-prompt-click?token=b3","placement":"sponsored_prompt"},{"bidId":"sp_3","advertiser":"Morning Post","sponsored_prompt":"How do I make good coffee at home? ☕","url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=c1","view_url":"https://ssp.thrads.ai/api/v1/tracking/view?token=c2","sponsored_prompt_click_url":"https://events.thrad.ai/api/v1/tracking/sponsored-prompt-click?token=c3","placement":"sponsored_prompt"}]}}"#;

pub(crate) const POLL: &str = r#"{"requestId":"api_req_9200","timestamp":"2026-06-01T10:00:00Z","totalTime":0.7,"status":"success","message":"Bid successful","data":{"bid":{"ad_format":"sponsored_poll","price":4.1,"advertiser":"Tuneloft","question":"What is the playlist for – be honest ☕","options":[{"id":"0","text":"Party – all night"},{"id":"1","text":"Focus"},{"id":"2","text":"Gym"}],"vote_url":"https://ssp.thrads.ai/api/v1/tracking/sponsored-polls/vote?token=v1","results_url":"https://ssp.thrads.ai/api/v1/tracking/sponsored-polls/results?token=v1","cta_url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=v2","view_url":"https://ssp.thrads.ai/api/v1/tracking/view?token=v3","dsp":"thrad_dsp","bidId":"bid_9200"}},"error":null}"#;

pub(crate) const REFUSED: &str = r#"{"apiVersion":"0.1.0","requestId":"7c0f9a52-1a2b-4c3d-8e9f-001122334455","timestamp":"2025-09-03T08:15:28Z","docsUrl":"https://docs.example/","totalTime":0.002,"status":"error","message":"Validation error","data":{},"error":{"detail":[{"type":"string_too_long","loc":["body","country_code"],"msg":"String should have at most 2 characters – not 3"},{"type":"less_than_equal","loc":["body","conversationOffset"],"msg":"Input should be less than or equal to 20"}]}}"#;

/// The same answer from a server that escapes what it need not.
pub(crate) fn escaped(body: &str) -> String {
    body.replace('–', "\\u2013").replace('☕', "\\u2615").replace("https://", "https:\\/\\/")
}
