//! Makes each call once on what the platform answers, and says how much stack it took.
//!
//! Runs under QEMU's mps2-an385 on the very code of a thumbv6m image; prints `stack NAME BYTES` a call.

#![no_std]
#![no_main]

mod paint;

use cortex_m_rt::entry;
use footprint::answers::{BID, MESSAGES, POLL, PROMPT, PROMPTS, REFUSED, SETTINGS, UNSOLD};
use footprint::opaque::{Display, keep, of};
use paint::measure;
use semihosting::{println, process};
use thrads_core::{
    Ad, Answer, ApiKey, BidRequest, Call, Conversation, CountryCode, EndUser, Endpoint,
    Environment, Family, Head, History, Instant, Millis, Pacing, Policy, PromptRequest, Publisher,
    Rate, Request, Role, Session, Settings, Step, Voice, card, decode, speech, trackers,
};

#[entry]
fn main() -> ! {
    pacing();
    history();
    nested();
    if requests().and(session()).and(answers()).and(settings()).is_some() {
        process::exit(0);
    }
    println!("a call refused its arguments");
    process::exit(1)
}

fn report(name: &str, call: impl FnOnce()) {
    println!("stack {name} {}", measure(call));
}

/// A copy of an answer, as a transport would have put it into its buffer.
fn received(answer: &str) -> [u8; 1024] {
    let mut body = [b' '; 1024];
    for (place, byte) in body.iter_mut().zip(answer.bytes()) {
        *place = byte;
    }
    body
}

fn publisher() -> Option<Publisher> {
    Some(Publisher::new(ApiKey::new(of("key")).ok()?, Environment::Staging))
}

fn conversation() -> Option<Conversation<'static>> {
    Conversation::new(of(&MESSAGES)).ok()
}

fn bid() -> Option<BidRequest<'static>> {
    let person = EndUser::this_device(of("kiosk/1.0")).ok()?;
    BidRequest::contextual(of("user"), of("chat"), conversation()?, person).ok()
}

fn requests() -> Option<()> {
    let publisher = publisher()?;
    let bid = bid()?;
    report("make_a_bid_request_of_20_messages", || keep(Request::new(&publisher, Call::Bid(bid))));
    let request = Request::new(&publisher, Call::Bid(bid));
    let mut buffer = [0; 4096];
    report("encode_it", || keep(request.body().encode(&mut buffer)));
    report("count_its_bytes", || keep(request.body().len()));
    report("its_target", || keep(request.target(&mut buffer)));
    report("its_fields", || request.fields().for_each(keep));
    let prompt = PromptRequest::new(CountryCode::new("DE").ok()?).content("a", "b").ok()?;
    let request = Request::new(&publisher, Call::Prompt(prompt));
    report("encode_a_prompt_request", || keep(request.body().encode(&mut buffer)));
    Some(())
}

fn answers() -> Option<()> {
    for (name, endpoint, status, answer) in [
        ("decode_a_bid_of_850_bytes", Endpoint::Bid, 200, BID),
        ("decode_three_prompts", Endpoint::Bid, 200, PROMPTS),
        ("decode_a_poll", Endpoint::Bid, 200, POLL),
        ("decode_an_answer_without_an_ad", Endpoint::Bid, 200, UNSOLD),
        ("decode_a_422", Endpoint::Bid, 422, REFUSED),
        ("decode_a_v1_prompt", Endpoint::Prompt, 200, PROMPT),
    ] {
        let mut body = received(answer);
        let head = Head::new(status);
        report(name, || keep(&decode(endpoint, &head, of(body.as_mut_slice()))));
    }
    let mut body = received(BID);
    let Answer::Ads(served) = decode(Endpoint::Bid, &Head::new(200), &mut body) else {
        return None;
    };
    let mut ads = served.ads;
    let mut next = None;
    report("take_the_ad_of_a_bid", || next = ads.next());
    shown(&next?);
    Some(())
}

/// Depth that nobody asked for takes no stack: as many arrays as a body may have on a target without an operating system.
fn nested() {
    for (name, depth) in [("decode_one_array", 1), ("decode_15000_nested_arrays", 15_000)] {
        let mut body = [b' '; 30_009];
        let arrays = core::iter::repeat_n(b'[', depth).chain(core::iter::repeat_n(b']', depth));
        let answer = br#"{"more":"#.iter().copied().chain(arrays).chain(*b"}");
        body.iter_mut().zip(answer).for_each(|(place, byte)| *place = byte);
        let head = Head::new(200);
        report(name, || keep(&decode(Endpoint::Bid, &head, of(body.as_mut_slice()))));
    }
}

fn shown(ad: &Ad<&str>) {
    report("card", || keep(card(ad, of(20), &mut Display)));
    report("speech", || keep(speech(ad, &Voice::ENGLISH, &mut Display)));
    report("trackers", || keep(trackers(ad)));
}

fn pacing() {
    let mut pacing = Pacing::new(Family::Ssp, Policy::device(3, 5));
    let mut rate = Rate::default();
    let now = Instant::from_millis(of(5000));
    pacing.on_turn();
    report("decide", || keep(pacing.decide(now, &mut rate, Millis(0), of(None))));
    let mut head = Head::new(429);
    report("take_a_date_field", || head.field(of("date"), of(b"Mon, 04 May 2026 09:00:00 GMT")));
    head.field("x-ratelimit-remaining", b"0");
    head.field("x-ratelimit-reset", b"1777885201");
    report("observe_a_head", || keep(rate.observe(now, of(None), &head)));
}

fn session() -> Option<()> {
    let mut session = Session::new(Family::Ssp, Policy::SERVER);
    let (mut rate, publisher) = (Rate::default(), publisher()?);
    let (now, call) = (Instant::from_millis(of(0)), Call::Bid(bid()?));
    session.on_turn();
    report("poll_a_request_of_a_session", || {
        keep(matches!(
            session.poll_request(now, &mut rate, Millis(0), &publisher, call),
            Step::Send { .. }
        ));
    });
    let mut body = received(BID);
    let head = Head::new(200);
    report("handle_its_answer", || keep(&session.handle_response(&head, of(body.as_mut_slice()))));
    Some(())
}

fn history() {
    let mut history = History::<20, 4096>::new();
    for message in &MESSAGES {
        let _refused = history.push(message.role, message.content, None);
    }
    report("push_into_a_full_history", || {
        keep(history.push(of(Role::User), of("Which one?"), of(None)))
    });
}

fn settings() -> Option<()> {
    let mut read = None;
    report("read_settings", || read = Settings::from_json(of(SETTINGS.as_bytes())).ok());
    let mut file = [0; 1024];
    let settings = read?;
    report("write_settings", || keep(settings.to_json(&mut file)));
    Some(())
}
