//! Every case of `tests/fixtures` against the answer that stands beside it, a test a group.

use serde_json::Value;
use std::path::PathBuf;
use thrads_tests::answer;

#[test]
fn v1_calls_become_the_contracts_bytes() {
    check("write_v1");
}

#[test]
fn bid_requests_become_the_contracts_bytes() {
    check("write_ssp");
}

#[test]
fn other_calls_become_the_contracts_bytes() {
    check("write_calls");
}

#[test]
fn message_answers_become_outcomes() {
    check("read_message");
}

#[test]
fn polls_are_read() {
    check("read_polls");
}

#[test]
fn v1_answers_become_outcomes() {
    check("read_v1");
}

#[test]
fn ssp_answers_become_outcomes() {
    check("read_ssp");
}

#[test]
fn errors_and_limits_are_told() {
    check("errors_and_limits");
}

#[test]
fn nasty_json_is_read_or_refused() {
    check("nasty_json");
}

#[test]
fn trackers_are_found() {
    check("tracking");
}

#[test]
fn viewability_is_timed() {
    check("viewability");
}

#[test]
fn listening_is_timed() {
    check("listen");
}

#[test]
fn turns_are_paced() {
    check("pace");
}

#[test]
fn every_group_has_a_test() {
    let mut found: Vec<_> = std::fs::read_dir(fixtures())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".cases.jsonl").map(str::to_owned)
        })
        .collect();
    found.sort();
    assert_eq!(found, GROUPS);
}

#[test]
fn a_difference_is_found() {
    let id = "T33";
    for (expected, answered) in [
        (r#"{"id":"T33","a":1}"#, r#"{"id":"T33","a":2}"#),
        (r#"{"id":"T33","a":1}"#, r#"{"id":"T33"}"#),
        (r#"{"id":"T33"}"#, r#"{"id":"T33","a":1}"#),
        (r#"{"id":"T33","a":[1,2]}"#, r#"{"id":"T33","a":[2,1]}"#),
        (r#"{"id":"T33","diagnostic":"<any>"}"#, r#"{"id":"T33","diagnostic":null}"#),
        (r#"{"id":"T33","message":"<any>"}"#, r#"{"id":"T33","message":"x"}"#),
    ] {
        let difference = difference(expected, answered);
        assert!(difference.is_some_and(|text| text.contains(id)), "{expected} {answered}");
    }
    for (expected, answered) in [
        (r#"{"id":"T33","a":1}"#, r#"{"a":1,"id":"T33"}"#),
        (r#"{"id":"T33","diagnostic":"<any>"}"#, r#"{"id":"T33","diagnostic":"no_text"}"#),
    ] {
        assert_eq!(difference(expected, answered), None);
    }
}

fn check(group: &str) {
    let (cases, expected) = (lines(group, "cases"), lines(group, "expected"));
    assert_eq!(cases.len(), expected.len(), "{group}: a case or an answer is missing");
    let differences: Vec<_> = cases
        .iter()
        .zip(&expected)
        .filter_map(|(case, expected)| difference(expected, &answer(case)))
        .collect();
    println!("{group}: {} of {} cases", cases.len() - differences.len(), cases.len());
    assert!(
        differences.is_empty(),
        "{group}: {} of {} cases differ\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}

fn lines(group: &str, kind: &str) -> Vec<String> {
    let path = fixtures().join(format!("{group}.{kind}.jsonl"));
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// What to print where `answered` is not what is `expected`.
fn difference(expected: &str, answered: &str) -> Option<String> {
    let [wanted, came] =
        [expected, answered].map(|line| serde_json::from_str::<Value>(line).unwrap());
    let shown = |line: &str| line.chars().take(SHOWN_CHARS).collect::<String>();
    (!agrees(&wanted, &came)).then(|| {
        format!("{}\n  expected {}\n  answered {}", wanted["id"], shown(expected), shown(answered))
    })
}

fn agrees(wanted: &Value, came: &Value) -> bool {
    let (Some(wanted), Some(came)) = (wanted.as_object(), came.as_object()) else {
        return wanted == came;
    };
    wanted.len() == came.len()
        && wanted.iter().all(|(name, wanted)| match came.get(name) {
            Some(came) if name == "diagnostic" && wanted == "<any>" => came.is_string(),
            Some(came) => wanted == came,
            None => false,
        })
}

const SHOWN_CHARS: usize = 2000;
const GROUPS: [&str; 13] = [
    "errors_and_limits",
    "listen",
    "nasty_json",
    "pace",
    "read_message",
    "read_polls",
    "read_ssp",
    "read_v1",
    "tracking",
    "viewability",
    "write_calls",
    "write_ssp",
    "write_v1",
];
