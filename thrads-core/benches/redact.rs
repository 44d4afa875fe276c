//! What scrubbing costs: 4 KB of clean text beside writing them as a request body, that body written through a redactor, and
//! hostile texts of two lengths, whose time for a byte must stay the same.
//!
//! `cargo bench -p thrads-core --bench redact`. What is compared runs in turn, and the medians are taken.

use std::hint::black_box;
use std::time::{Duration, Instant};
use thrads_core::{
    ApiKey, BidRequest, Call, Conversation, EndUser, Environment, Message, Publisher, Redactor,
    Request, Role,
};

fn main() {
    // `cargo test --benches` asks only whether it runs.
    let rounds = if std::env::args().any(|word| word == "--bench") { 201 } else { 1 };
    let columns = ["scrub", "encode", "redacted"].map(|name| format!("{name:>10}")).concat();
    println!("{:<44}{columns} {:>7}", "4 KB of clean text", "ratio");
    for (language, sentence) in CLEAN {
        let text = sentence.repeat(4096 / sentence.len() + 1);
        let end = (0..=4096).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let times = beside_encoding(&text[..end], rounds);
        let [scrub, encode, _] = times;
        let columns = times.map(|time| format!("{time:>7.2} us")).concat();
        println!("{language:<44}{columns} {:>7.2}", scrub / encode);
    }
    println!("\n{:<44} {:>10} {:>10} {:>7}", "hostile text, ns a byte", "16 KB", "64 KB", "growth");
    for unit in HOSTILE {
        let [short, long] = [16_384, 65_536].map(|bytes| unit.repeat(bytes / unit.len()));
        let mut works =
            [&short, &long].map(|text| move || Redactor::default().len(black_box(text)));
        let [first, second] = &mut works;
        let [short_time, long_time] = medians([first as _, second as _], rounds / 20 + 1);
        let (a, b) = (short_time * 1e3 / short.len() as f64, long_time * 1e3 / long.len() as f64);
        println!("{:<44} {a:>10.2} {b:>10.2} {:>7.2}", format!("{unit:?}"), b / a);
    }
}

/// Microseconds of scrubbing a text, of writing a bid request with it as its first message, and of writing that request with
/// all of the conversation scrubbed.
fn beside_encoding(text: &str, rounds: usize) -> [f64; 3] {
    let redactor = Redactor::default();
    assert_eq!(redactor.pieces(text).count(), 1, "the text is clean");
    let message = |role, content| Message { role, content, timestamp: None };
    let messages = [message(Role::User, text), message(Role::Assistant, "Yes.")];
    let user = EndUser::this_device("bench/1").unwrap();
    let bid = BidRequest::contextual("user", "chat", Conversation::new(&messages).unwrap(), user);
    let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
    let call = Call::Bid(bid.unwrap());
    let request = Request::new(&publisher, call);
    let redacted = Request::new(&publisher, call.redacted(&redactor));
    let mut buffer = vec![0; request.body().len()];
    let mut other = buffer.clone();
    let mut scrub =
        || redactor.pieces(black_box(text)).map(|piece| black_box(piece).as_str().len()).sum();
    let mut encode = || black_box(&request).body().encode(&mut buffer).unwrap();
    let mut encode_redacted = || black_box(&redacted).body().encode(&mut other).unwrap();
    medians([&mut scrub as _, &mut encode, &mut encode_redacted], rounds)
}

/// Microseconds of each, interleaved.
fn medians<const N: usize>(mut works: [&mut dyn FnMut() -> usize; N], rounds: usize) -> [f64; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (work, times) in works.iter_mut().zip(&mut times) {
            times.push(time(*work, BATCH));
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e6 / f64::from(BATCH)
    })
}

fn time(work: &mut dyn FnMut() -> usize, times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        black_box(work());
    }
    start.elapsed()
}

const BATCH: u32 = 16;
const CLEAN: [(&str, &str); 6] = [
    (
        "English, no digit",
        "One with a steel body and a lid that locks; do you have gas or electricity at home? ",
    ),
    (
        "English, a price in every sentence",
        "A kettle of 1.7 litres with a steel body and a lid that locks is about 30 euros. ",
    ),
    (
        "English, a time in every sentence",
        "We open at 9:30 on weekdays and close in the evening, when the last guest has left the house. ",
    ),
    (
        "Japanese, a number in every sentence",
        "朝食は7階で、料金は1200円です。予約はお部屋からでもできます。",
    ),
    ("Japanese", "営業時間は十時から七時半まで、部屋は四階です。"),
    ("Arabic", "متى تغلق الصيدلية الليلة؟ أريد منشفتين إضافيتين من فضلك، "),
];
/// What detectors look far around for, without an end.
const HOSTILE: [&str; 12] =
    ["1", "1 ", "1-1.", "a1", "a@", "a@b.", "@", "1:", "1a:", "A1b!", "1234567x", "eyJ1."];
