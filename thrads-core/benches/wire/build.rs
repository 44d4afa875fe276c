//! Building request bodies: contextual bid requests of 2, 20 and 200 messages, and a prompt request.

use crate::rounds::{Contestant, line};
use crate::samples::{self, ANSWER, QUESTION, TIME};
use serde::Serialize;
use std::hint::black_box;
use thrads_core::{Body, Call, Request};

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

fn bid(count: usize, rounds: usize) -> usize {
    let messages = samples::messages(count);
    let said: Vec<_> = messages
        .iter()
        .map(|said| Said { role: said.role.as_str(), content: said.content, timestamp: TIME })
        .collect();
    let call = samples::bid(&messages);
    let peer = Bid {
        user_id: "user_1",
        chat_id: "chat_1",
        messages: &said,
        request_type: "contextual",
        ad_formats: ["sponsored_message"],
    };
    contest(&format!("bid request, {count} messages"), rounds, call, &peer)
}

fn prompt(rounds: usize) -> usize {
    let content = Content { user: QUESTION, chatbot: ANSWER };
    let peer = Prompt {
        country_code: "DE",
        user_id: "user_1",
        chat_id: "chat_1",
        content,
        production: false,
    };
    contest("prompt request", rounds, samples::prompt(), &peer)
}

fn contest<T: Serialize>(name: &str, rounds: usize, call: Call<'_>, peer: &T) -> usize {
    let publisher = samples::publisher();
    let request = Request::new(&publisher, call);
    let expected = serde_json::to_vec(peer).unwrap();
    let mut check = vec![0; request.body().len()];
    request.body().encode(&mut check).unwrap();
    assert_eq!(check, expected, "all contestants write the same bytes");

    let size = expected.len();
    let mut ours = vec![0; size];
    let mut theirs = [0; 3].map(|_| vec![0; size + 64]);
    let [first, second, third] = &mut theirs;
    let into_buffer: Contestant<'_> =
        Box::new(|| black_box(&request).body().encode(&mut ours).unwrap());
    let as_pieces: Contestant<'_> = Box::new(|| pieces(black_box(&request).body()));
    // What a transport does that says the length first.
    let length_too: Contestant<'_> = Box::new(|| {
        let body = black_box(&request).body();
        body.len() + pieces(body)
    });
    [
        ("buffer", into_buffer, first),
        ("pieces", as_pieces, second),
        ("length and pieces", length_too, third),
    ]
    .into_iter()
    .map(|(way, ours, theirs)| {
        line(&format!("{name}, {size} B, {way}"), rounds, ours, peers(peer, theirs))
    })
    .sum()
}

fn pieces(body: &Body<'_>) -> usize {
    let mut pieces = body.pieces();
    let mut sum = 0;
    while let Some(piece) = pieces.next() {
        sum += black_box(piece).len();
    }
    sum
}

fn peers<'a, T: Serialize>(peer: &'a T, theirs: &'a mut [u8]) -> [Option<Contestant<'a>>; 3] {
    [
        Some(Box::new(move || serde_json::to_vec(black_box(peer)).unwrap().len())),
        Some(Box::new(move || serde_json_core::to_slice(black_box(peer), theirs).unwrap())),
        Some(Box::new(move || sonic_rs::to_vec(black_box(peer)).unwrap().len())),
    ]
}
