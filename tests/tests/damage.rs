//! Every answer of the platform in `tests/fixtures`, cut off at every byte, with a byte changed, twice over, and with one
//! byte more at a time: none of it may panic, and none may become an ad that cannot be clicked safely.

use std::path::PathBuf;
use std::thread;
use thrads_core::{Ad, Answer, Endpoint, Head, PollAnswer, Target, decode, trackers};
use thrads_tests::ReadCase;

#[test]
fn an_answer_cut_off_anywhere_is_read_or_refused() {
    for_each_case(|case| {
        for end in places(case.body.len()) {
            read(case, case.body[..end].to_vec());
        }
    });
}

#[test]
fn an_answer_with_a_flipped_bit_is_read_or_refused() {
    for_each_case(|case| {
        for at in (0..case.body.len()).take_while(|_| case.body.len() <= MAX_FLIPPED_BYTES) {
            let mut body = case.body.clone();
            body[at] ^= 1 << (at % 8);
            read(case, body);
        }
    });
}

/// As a transport's buffer fills up: what is not there yet is what an earlier answer left there, and is not looked at.
#[test]
fn an_answer_that_comes_byte_by_byte_is_read_once_it_is_whole() {
    for_each_case(|case| {
        let mut memory = vec![b'"'; case.body.len() + 1];
        let mut whole = case.body.clone();
        let expected = kind(&decode(case.endpoint, &case.head, &mut whole));
        let short = places(case.body.len()).take_while(|_| case.body.len() <= MAX_FLIPPED_BYTES);
        for end in short.chain([case.body.len()]) {
            memory[..end].copy_from_slice(&case.body[..end]);
            let (came, behind) = memory.split_at_mut(end);
            let answer = decode(case.endpoint, &case.head, came);
            if end == case.body.len() {
                assert_eq!(kind(&answer), expected, "{answer:?} came of {case:?}");
            }
            assert_eq!(behind[0], b'"', "more than the answer was touched");
        }
    });
}

#[test]
fn two_answers_back_to_back_are_none() {
    for_each_case(|case| {
        let is_object = serde_json::from_slice::<serde_json::Map<_, _>>(&case.body).is_ok();
        let mut twice = case.body.repeat(2);
        if !is_object || !matches!(case.head.status, 200..=203 | 205..=299) {
            return read(case, twice);
        }
        let answer = decode(case.endpoint, &case.head, &mut twice);
        assert!(matches!(answer, Answer::Malformed(_)), "{answer:?} came of two of {case:?}");
    });
}

/// Deeper than the stack is: a reader that goes down with the nesting would not come back.
#[test]
fn a_hundred_thousand_nested_arrays_take_no_more_stack_than_none() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let answer = r#"{"more":?,"data":{"more":?,"bid":{"more":?,"headline":"H","url":"https://s.example/r"}}}"#;
        let value = if depth == 0 { "0".to_owned() } else { open + &close };
        answer.replace('?', &value).into_bytes()
    };
    let read = move |depth| {
        let mut body = nested(depth);
        thread::Builder::new()
            .stack_size(SMALL_STACK_BYTES)
            .spawn(move || match decode(Endpoint::Bid, &Head::new(200), &mut body) {
                Answer::Ads(served) => served.ads.count(),
                _ => 0,
            })
            .unwrap()
            .join()
            .unwrap()
    };
    assert_eq!([0, 1, 100].map(read), [1, 1, 1]);
    assert_eq!([200, 100_000].map(read), [0, 0]);
}

fn read(case: &ReadCase, mut body: Vec<u8>) {
    let served = match decode(case.endpoint, &case.head, &mut body) {
        Answer::Ads(served) => served,
        Answer::Poll(PollAnswer::Results(results)) => return results.rows.for_each(drop),
        _ => return,
    };
    for ad in served.ads {
        if let Ad::SponsoredPoll(poll) = &ad {
            assert!(poll.options.iter().next().is_some(), "no options came of {case:?}");
            for url in [poll.vote_url, poll.results_url] {
                assert!(Target::parse(url).is_some(), "{url:?} came of {case:?}");
            }
        }
        let url = ad.click_url();
        assert!(url.is_none_or(|url| Target::parse(url).is_some()), "{url:?} came of {case:?}");
        for tracker in trackers(&ad).iter() {
            let url = tracker.to_string();
            assert!(Target::parse(&url).is_some(), "{url} came of {case:?}");
        }
    }
}

fn kind(answer: &Answer<'_>) -> u8 {
    match answer {
        Answer::Ads(_) => 0,
        Answer::NoAd(_) => 1,
        Answer::Poll(_) => 2,
        Answer::ApiError(_) => 3,
        _ => 4,
    }
}

/// Every place of a short body, some of a longer one.
fn places(length: usize) -> impl Iterator<Item = usize> {
    let count = if length <= MAX_CUT_EVERYWHERE { length } else { SPREAD_PLACES };
    (0..count).map(move |place| place * length / count)
}

fn for_each_case(check: impl Fn(&ReadCase) + Sync) {
    let cases = cases();
    assert!(cases.len() > 800, "only {} cases were found", cases.len());
    let (one, other): (Vec<_>, Vec<_>) = cases.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    thread::scope(|scope| {
        for half in [one, other] {
            scope.spawn(|| half.into_iter().for_each(|(_, case)| check(case)));
        }
    });
}

fn cases() -> Vec<ReadCase> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let paths = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(".cases.jsonl"))
        .flat_map(|path| {
            let lines = std::fs::read_to_string(path).unwrap();
            lines.lines().filter_map(ReadCase::of).collect::<Vec<_>>()
        })
        .collect()
}

/// Bytes of a body that is cut at every one of them.
const MAX_CUT_EVERYWHERE: usize = 4096;
/// Places at which a longer body is cut.
const SPREAD_PLACES: usize = 4096;
/// Bytes of a body that is damaged at every one of them.
const MAX_FLIPPED_BYTES: usize = 1024;
/// The stack of a thread that reads nested arrays; a frame for each of them would be more.
const SMALL_STACK_BYTES: usize = 64 << 10;
