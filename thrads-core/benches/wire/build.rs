//! Building request bodies: contextual bid requests of 2, 20 and 200 messages, and a prompt request.

use crate::rounds::{Contestant, line};
use serde::Serialize;
use std::hint::black_box;
use thrads_core::{
    ApiKey, BidRequest, Call, Conversation, CountryCode, EndUser, Environment, Message,
    PromptRequest, Publisher, Request, Role, Timestamp,
};

pub(crate) fn lines(rounds: usize) -> usize {
    [2, 20, 200].into_iter().map(|messages| bid(messages, rounds)).sum::<usize>() + prompt(rounds)
}

#[derive(Serialize)]
struct Bid<'a> {
    #[serde(rename = "userId")]
    user_id: &'a str,
    #[serde(rename = "chatId")]
    chat_id: &'a str,
    messages: &'a [Said<'a>],
    request_type: &'a str,
    ad_formats: [&'a str; 1],
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'a str,
    content: &'a str,
    timestamp: &'a str,
}

#[derive(Serialize)]
struct Prompt<'a> {
    country_code: &'a str,
    #[serde(rename = "userId")]
    user_id: &'a str,
    #[serde(rename = "chatId")]
    chat_id: &'a str,
    content: Content<'a>,
    production: bool,
}

#[derive(Serialize)]
struct Content<'a> {
    user: &'a str,
    chatbot: &'a str,
}

const QUESTION: &str = "My old kettle leaks since \"the\" summer — what should I buy instead?\nIt is for a family of five.";
const ANSWER: &str = "One with a steel body and a lid that locks; 1.7 litres are enough for five cups. Do you have gas or \
    electricity, and would you rather have it quiet or quick? Prices start at about 30 €.";
const TIME: &str = "2026-05-04T09:00:00Z";

fn bid(count: usize, rounds: usize) -> usize {
    let role = |index: usize| {
        if index.is_multiple_of(2) { (Role::User, QUESTION) } else { (Role::Assistant, ANSWER) }
    };
    let messages: Vec<_> = (0..count)
        .map(role)
        .map(|(role, content)| Message { role, content, timestamp: Some(Timestamp::Text(TIME)) })
        .collect();
    let said: Vec<_> = (0..count)
        .map(role)
        .map(|(role, content)| Said { role: role.as_str(), content, timestamp: TIME })
        .collect();
    let user = EndUser::this_device("bench/1").unwrap();
    let call =
        BidRequest::contextual("user_1", "chat_1", Conversation::new(&messages).unwrap(), user)
            .unwrap();
    let peer = Bid {
        user_id: "user_1",
        chat_id: "chat_1",
        messages: &said,
        request_type: "contextual",
        ad_formats: ["sponsored_message"],
    };
    contest(&format!("bid request, {count} messages"), rounds, Call::Bid(call), &peer)
}

fn prompt(rounds: usize) -> usize {
    let country = CountryCode::new("DE").unwrap();
    let call = PromptRequest::new(country).user_id("user_1").unwrap().chat_id("chat_1");
    let content = Content { user: QUESTION, chatbot: ANSWER };
    let peer = Prompt {
        country_code: "DE",
        user_id: "user_1",
        chat_id: "chat_1",
        content,
        production: false,
    };
    contest("prompt request", rounds, Call::Prompt(call.content(QUESTION, ANSWER).unwrap()), &peer)
}

fn contest<T: Serialize>(name: &str, rounds: usize, call: Call<'_>, peer: &T) -> usize {
    let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
    let request = Request::new(&publisher, call);
    let expected = serde_json::to_vec(peer).unwrap();
    let mut check = vec![0; request.body().len()];
    request.body().encode(&mut check).unwrap();
    assert_eq!(check, expected, "all contestants write the same bytes");

    let size = expected.len();
    let mut ours = vec![0; size];
    let mut theirs = [vec![0; size + 64], vec![0; size + 64]];
    let [first, second] = &mut theirs;
    let into_buffer: Contestant<'_> =
        Box::new(|| black_box(&request).body().encode(&mut ours).unwrap());
    let behind =
        line(&format!("{name}, {size} B, buffer"), rounds, into_buffer, peers(peer, first));
    let as_pieces: Contestant<'_> = Box::new(|| {
        let body = black_box(&request).body();
        let mut pieces = body.pieces();
        let mut sum = body.len();
        while let Some(piece) = pieces.next() {
            sum += black_box(piece).len();
        }
        sum
    });
    behind
        + line(
            &format!("{name}, {size} B, length and pieces"),
            rounds,
            as_pieces,
            peers(peer, second),
        )
}

fn peers<'a, T: Serialize>(peer: &'a T, theirs: &'a mut [u8]) -> [Option<Contestant<'a>>; 3] {
    [
        Some(Box::new(move || serde_json::to_vec(black_box(peer)).unwrap().len())),
        Some(Box::new(move || serde_json_core::to_slice(black_box(peer), theirs).unwrap())),
        Some(Box::new(move || sonic_rs::to_vec(black_box(peer)).unwrap().len())),
    ]
}
