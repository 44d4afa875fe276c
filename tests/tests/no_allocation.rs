//! The core allocates nothing: counted over the whole conformance corpus and a session of a thousand turns.

use allocation_counter::measure;
use std::cell::Cell;
use std::hint::black_box;
use std::path::PathBuf;
use thrads_core::{
    Ad, Answer, ApiKey, BidRequest, Call, EndUser, Environment, Family, Head, History, Instant,
    Millis, Next, Offer, Outcome, Policy, Publisher, Rate, Request, Role, Session, Step,
    Viewability, Voice, card, decode, speech, trackers,
};
use thrads_tests::{ReadCase, with_requests};

#[test]
fn an_allocation_is_counted() {
    assert_eq!(measure(|| drop(black_box(Box::new(1)))).count_total, 1);
}

#[test]
fn answers_of_the_corpus_are_read_without_allocation() {
    let mut cases: Vec<ReadCase> = lines().iter().filter_map(|line| ReadCase::of(line)).collect();
    assert!(cases.len() > 700, "{} cases", cases.len());
    for case in &mut cases {
        let allocations = measure(|| {
            let mut screen = heapless::String::<8192>::new();
            match decode(case.endpoint, &case.head, &mut case.body) {
                Answer::Ads(served) => served.ads.for_each(|ad| use_up(&ad, &mut screen)),
                answer => drop(black_box(answer)),
            }
        });
        assert_eq!(allocations.count_total, 0);
    }
}

thread_local! {
    static ENCODED: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn requests_of_the_corpus_are_encoded_without_allocation() {
    for line in lines() {
        with_requests(&line, |request| {
            let mut buffer = vec![0; request.body().len()];
            let mut url = vec![0; request.url_len()];
            let allocations = measure(|| encode(request, &mut buffer, &mut url));
            assert_eq!(allocations.count_total, 0);
            ENCODED.set(ENCODED.get() + 1);
        });
    }
    assert!(ENCODED.get() > 70, "{} requests", ENCODED.get());
}

#[test]
fn a_thousand_turns_pass_without_allocation() {
    let publisher = Publisher::new(ApiKey::new("key").unwrap(), Environment::Staging);
    let questions: Vec<_> = (0..1000).map(|turn| format!("Which kettle, number {turn}?")).collect();
    let mut buffers = (vec![0; 16 * 1024], vec![0; 256]);
    let mut served = 0;
    let allocations = measure(|| served = thousand_turns(&publisher, &questions, &mut buffers));
    assert_eq!((allocations.count_total, served), (0, 200));
}

/// A kiosk's day: how many ads were shown.
fn thousand_turns(
    publisher: &Publisher,
    questions: &[String],
    (buffer, url): &mut (Vec<u8>, Vec<u8>),
) -> u32 {
    let mut session = Session::new(Family::Ssp, Policy::device(3, 5));
    let mut history = History::<20, 4096>::new();
    let mut rate = Rate::default();
    let mut served = 0;
    for (question, now) in questions.iter().zip((0..).step_by(5000).map(Instant::from_millis)) {
        history.push(Role::User, question, None).unwrap();
        history.push(Role::Assistant, "A steel one. Gas or electric?", None).unwrap();
        session.on_turn();
        let person = EndUser::this_device("kiosk/1.0").unwrap();
        let conversation = history.conversation().unwrap();
        let bid = BidRequest::contextual("user", "chat", conversation, person).unwrap();
        let call = Call::Bid(bid);
        let Step::Send { request, .. } =
            session.poll_request(now, &mut rate, Millis(500), publisher, call)
        else {
            continue;
        };
        encode(&request, buffer, url);
        served += answer(&mut session, &mut rate, now, buffer);
    }
    served
}

fn answer(session: &mut Session, rate: &mut Rate, now: Instant, buffer: &mut [u8]) -> u32 {
    let mut head = Head::new(200);
    head.field("x-ratelimit-remaining", b"39");
    head.field("date", b"Mon, 04 May 2026 09:00:00 GMT");
    rate.observe(now, None, &head);
    assert_eq!(session.handle_head(&head), Next::Body);
    let body = &mut buffer[..BID.len()];
    body.copy_from_slice(BID.as_bytes());
    let Outcome::Ad(offers) = session.handle_response(&head, body) else { return 0 };
    offers.map(|offer| show(offer, now)).sum()
}

fn show(Offer { ad, impression, .. }: Offer<&str>, now: Instant) -> u32 {
    let mut screen = heapless::String::<8192>::new();
    use_up(&ad, &mut screen);
    let mut viewability = Viewability::new();
    let seen = [0, 1000].map(|later| viewability.on_sample(now.after(Millis(later)), 1000));
    assert_eq!(seen, [false, true]);
    impression.trackers().iter().count().try_into().unwrap()
}

/// Everything that is done with an ad.
fn use_up(ad: &Ad<&str>, screen: &mut heapless::String<8192>) {
    let _full = black_box(card(ad, 20, screen));
    screen.clear();
    let _full = black_box(speech(ad, &Voice::ENGLISH, screen));
    let person = EndUser::this_device("kiosk/1.0").unwrap();
    for tracker in trackers(ad).iter() {
        black_box(Request::ping(tracker, person).fields().count());
    }
}

fn encode(request: &Request<'_>, buffer: &mut [u8], url: &mut [u8]) {
    assert_eq!(request.body().encode(buffer), Ok(request.body().len()));
    let _refused = black_box(request.target(url));
    for field in request.fields() {
        black_box(field.value);
    }
}

/// All lines of the corpus.
fn lines() -> Vec<String> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path());
    let cases = files.filter(|path| path.to_string_lossy().ends_with(".cases.jsonl"));
    let texts = cases.map(|path| std::fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

const BID: &str = concat!(
    r#"{"requestId":"q","status":"success","data":{"bid":{"ad_format":"sponsored_message","price":2.35,"#,
    r#""advertiser":"Boilwell","headline":"Kettles \u2013 \ud83d\ude00","description":"Steel, \"quiet\".","#,
    r#""url":"https://s.example/r?view_url=https%3A%2F%2Fd.example%2Fv","bidId":"b"}}}"#,
);
