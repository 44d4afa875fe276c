//! The calls of `wire`, counted in instructions by callgrind: figures that do not change from run to run.
//!
//! Needs valgrind, and `cargo install gungraun-runner` in the version that `Cargo.lock` has of gungraun.

#![expect(missing_docs, reason = "of what the macros make")]

#[path = "../samples/mod.rs"]
mod samples;

use gungraun::prelude::*;
use std::hint::black_box;
use thrads_core::{Answer, Call, Endpoint, Head, Redactor, Request, decode};

#[library_benchmark(setup = ready)]
#[bench::bid_of_2_messages(bid(2))]
#[bench::bid_of_20_messages(bid(20))]
#[bench::bid_of_200_messages(bid(200))]
#[bench::prompt(samples::prompt())]
fn into_a_buffer((request, buffer): (&Request<'_>, &mut [u8])) -> usize {
    black_box(request).body().encode(buffer).unwrap()
}

#[library_benchmark(setup = ready)]
#[bench::bid_of_2_messages(bid(2))]
#[bench::bid_of_20_messages(bid(20))]
#[bench::bid_of_200_messages(bid(200))]
#[bench::prompt(samples::prompt())]
fn length((request, _): (&Request<'_>, &mut [u8])) -> usize {
    black_box(request).body().len()
}

#[library_benchmark(setup = ready)]
#[bench::bid_of_2_messages(bid(2))]
#[bench::bid_of_20_messages(bid(20))]
#[bench::bid_of_200_messages(bid(200))]
#[bench::prompt(samples::prompt())]
fn pieces((request, _): (&Request<'_>, &mut [u8])) -> usize {
    let mut pieces = black_box(request).body().pieces();
    let mut sum = 0;
    while let Some(piece) = pieces.next() {
        sum += black_box(piece).len();
    }
    sum
}

#[library_benchmark(setup = arrived)]
#[bench::bid(200, samples::BID)]
#[bench::three_prompts(200, samples::PROMPTS)]
#[bench::three_prompts_with_escapes(200, &samples::escaped(samples::PROMPTS))]
#[bench::poll(200, samples::POLL)]
#[bench::validation_error(422, samples::REFUSED)]
fn read((status, body): (u16, &mut [u8])) -> usize {
    match decode(Endpoint::Bid, &Head::new(status), black_box(body)) {
        Answer::Ads(served) => served.ads.map(|ad| ad.click_url().map_or(0, str::len)).sum(),
        Answer::ApiError(error) => error.fields.iter().map(|field| field.message.len()).sum(),
        _ => 0,
    }
}

#[library_benchmark(setup = text)]
#[bench::clean(samples::ANSWER)]
#[bench::with_finds(FINDS)]
fn redact(text: &str) -> usize {
    Redactor::default().pieces(black_box(text)).map(|piece| black_box(piece).as_str().len()).sum()
}

fn bid(messages: usize) -> Call<'static> {
    samples::bid(samples::messages(messages).leak())
}

/// A request, and room for its body. They outlive the program, which ends with the call.
fn ready(call: Call<'static>) -> (&'static Request<'static>, &'static mut [u8]) {
    let request = Request::new(Box::leak(Box::new(samples::publisher())), call);
    (Box::leak(Box::new(request)), vec![0; request.body().len()].leak())
}

fn arrived(status: u16, body: &str) -> (u16, &'static mut [u8]) {
    (status, body.as_bytes().to_vec().leak())
}

/// 4 KB of a sentence.
fn text(sentence: &str) -> &'static str {
    sentence.repeat(4096 / sentence.len()).leak()
}

/// Somebody's address, telephone, bank account and network address.
const FINDS: &str = "Write to erika@post.example or call +49 30 901820 after five. The account is \
    DE89 3704 0044 0532 0130 00, and the printer answers at 192.168.7.21. ";

library_benchmark_group!(name = build, benchmarks = [into_a_buffer, length, pieces]);
library_benchmark_group!(name = answers, benchmarks = read);
library_benchmark_group!(name = privacy, benchmarks = redact);
main!(library_benchmark_groups = [build, answers, privacy]);
