//! Every answer of the platform in `tests/fixtures`, cut off at every byte and with a byte changed: none of it may panic,
//! and none may become an ad that cannot be clicked safely.

use std::path::PathBuf;
use std::thread;
use thrads_core::{Ad, Answer, PollAnswer, Target, decode, trackers};
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
