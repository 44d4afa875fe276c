//! Sponsored polls: the bid, the vote and the results (wire contract 3.10, 4.6, 4.7, T96 to T103).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thrads_sandbox::{
    Config, DuplicateVote, PRODUCTION_KEY, PollAnswer, PollToken, STAGING_KEY, Sandbox, VoteToken,
};

use crate::client::{Answer, Call, chat};

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { limit: 1000, ad_offset: 0, max_frequency: 0, ..config }).unwrap()
}

fn generation_a() -> Config {
    Config {
        duplicate_vote: DuplicateVote::Conflict,
        poll_token: PollToken::Unauthorized,
        vote_token: VoteToken::Body,
        poll_answer: PollAnswer::Bare,
        ..Config::default()
    }
}

fn ask(sandbox: &Sandbox, key: &str, formats: &Value, subject: &str) -> Value {
    let mut body = chat("c", 1, subject);
    body["ad_formats"] = formats.clone();
    Call::ssp(key, &body).send(sandbox).json()["data"]["bid"].clone()
}

fn poll(sandbox: &Sandbox) -> Value {
    ask(sandbox, PRODUCTION_KEY, &json!(["sponsored_poll"]), "headphones")
}

fn target<'a>(sandbox: &Sandbox, url: &'a Value) -> &'a str {
    url.as_str().unwrap().strip_prefix(&sandbox.base_url()).unwrap()
}

fn vote(sandbox: &Sandbox, target: &str, body: &Value) -> Answer {
    let call = Call::new("POST", target).field("content-type", "application/json");
    call.body(body.to_string()).send(sandbox)
}

fn choose(sandbox: &Sandbox, bid: &Value, option: &str) -> Answer {
    vote(sandbox, target(sandbox, &bid["vote_url"]), &json!({"option_id": option}))
}

fn results(sandbox: &Sandbox, bid: &Value) -> Answer {
    Call::new("GET", target(sandbox, &bid["results_url"])).send(sandbox)
}

#[test]
fn brings_a_poll_to_who_asks_for_nothing_else() {
    let sandbox = start(Config::default());
    let bid = poll(&sandbox);
    assert_eq!(
        (&bid["ad_format"], &bid["advertiser"]),
        (&json!("sponsored_poll"), &json!("Hushwave"))
    );
    assert_eq!(bid["options"][1], json!({"id": "1", "text": "In the office"}));
    let view = Call::new("GET", target(&sandbox, &bid["view_url"])).end_user().send(&sandbox);
    let click = Call::new("GET", target(&sandbox, &bid["cta_url"])).send(&sandbox);
    assert_eq!((view.status, click.status), (200, 302));
    let stats = sandbox.stats();
    assert_eq!((stats.ads, stats.impressions, stats.revenue_micros), (1, 1, 4100));
    let nothing = ask(&sandbox, PRODUCTION_KEY, &json!(["sponsored_poll"]), "When do you open?");
    assert_eq!(nothing, Value::Null);
}

#[test]
fn brings_every_format_asked_for_in_turn() {
    let sandbox = start(Config::default());
    let formats = json!(["sponsored_message", "sponsored_poll"]);
    let seen: BTreeSet<_> = (0..12)
        .map(|_| ask(&sandbox, STAGING_KEY, &formats, "coffee"))
        .map(|bid| bid["ad_format"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(seen.len(), 2);
    for _ in 0..6 {
        let bid = ask(&sandbox, PRODUCTION_KEY, &formats, "rain");
        assert_eq!(bid["ad_format"], "sponsored_message", "no poll is about rain");
    }
}

#[test]
fn tallies_one_vote_a_token() {
    let sandbox = start(Config::default());
    let bids: Vec<_> = (0..3).map(|_| poll(&sandbox)).collect();
    let before = results(&sandbox, &bids[0]).json();
    assert_eq!(before["data"]["total_votes"], 0);
    assert_eq!(before["data"]["options"][0]["percentage"], 0);
    for (bid, option) in bids.iter().zip(["0", "1", "1"]) {
        assert_eq!(choose(&sandbox, bid, option).status, 200);
    }
    let again = choose(&sandbox, &bids[0], "2");
    let expected = json!({"status": "success", "data": {
        "sponsored_poll_id": 77, "question": "Where do you need quiet most?", "total_votes": 3,
        "options": [
            {"id": "0", "text": "On the train", "votes": 1, "percentage": 33.3},
            {"id": "1", "text": "In the office", "votes": 2, "percentage": 66.7},
            {"id": "2", "text": "At home", "votes": 0, "percentage": 0},
        ],
    }});
    assert_eq!((again.status, again.json()), (200, expected.clone()));
    assert_eq!(results(&sandbox, &bids[2]).json(), expected);
    assert_eq!(sandbox.stats().votes, 3);
}

#[test]
fn refuses_a_vote_as_generation_b_does() {
    let sandbox = start(Config::default());
    let bid = poll(&sandbox);
    let url = target(&sandbox, &bid["vote_url"]);
    let bad_option = choose(&sandbox, &bid, "3");
    assert_eq!(
        (bad_option.status, bad_option.json()),
        (400, json!({"detail": "Invalid poll option"}))
    );
    let unknown = vote(&sandbox, &format!("{url}x"), &json!({"option_id": "0"}));
    assert_eq!(
        (unknown.status, unknown.json()),
        (404, json!({"detail": "Link expired or not found"}))
    );
    let no_option = vote(&sandbox, url, &json!({}));
    assert_eq!(
        (no_option.status, &no_option.json()["detail"][0]["loc"]),
        (422, &json!(["body", "option_id"]))
    );
    let path = url.split('?').next().unwrap();
    let token = url.split('=').nth(1).unwrap();
    let in_body = vote(&sandbox, path, &json!({"option_id": "0", "token": token}));
    assert_eq!(
        (in_body.status, &in_body.json()["detail"][0]["loc"]),
        (422, &json!(["query", "token"]))
    );
    let bare_results = Call::new("GET", &path.replace("/vote", "/results")).send(&sandbox);
    assert_eq!(bare_results.status, 422);
    assert_eq!(sandbox.stats().votes, 0);
    assert_eq!(choose(&sandbox, &bid, "0").status, 200, "a refused vote uses no token up");
}

#[test]
fn speaks_generation_a_by_switches() {
    let sandbox = start(generation_a());
    let bid = poll(&sandbox);
    let url = target(&sandbox, &bid["vote_url"]);
    let (path, token) = url.split_once("?token=").unwrap();
    let code = |answer: Answer| (answer.status, answer.json()["code"].as_str().unwrap().to_owned());
    let missing = vote(&sandbox, path, &json!({"option_id": "0"}));
    assert_eq!(code(missing), (400, "missing_token".to_owned()));
    let invalid = vote(&sandbox, path, &json!({"option_id": "0", "token": "t"}));
    assert_eq!(code(invalid), (401, "invalid_token".to_owned()));
    assert_eq!(code(choose(&sandbox, &bid, "9")), (400, "invalid_option".to_owned()));
    let first = vote(&sandbox, path, &json!({"option_id": "1", "token": token})).json();
    assert_eq!((&first["selected_option_id"], &first["total_votes"]), (&json!("1"), &json!(1)));
    assert_eq!(first["options"][1]["percentage"], 100);
    assert!(first.get("question").is_none());
    assert_eq!(code(choose(&sandbox, &bid, "1")), (409, "duplicate_vote".to_owned()));
    let shown = results(&sandbox, &bid).json();
    assert!(shown.get("selected_option_id").is_none() && shown["total_votes"] == 1);
}

#[test]
fn lets_votes_meet_the_faults_of_pings() {
    let sandbox = start(Config::default());
    let bid = poll(&sandbox);
    sandbox.inject_pings("500".parse().unwrap(), Some(1));
    assert_eq!([(); 2].map(|()| choose(&sandbox, &bid, "0").status), [500, 200]);
    assert_eq!(sandbox.stats().votes, 1);
    let wrong = Call::new("GET", target(&sandbox, &bid["vote_url"])).send(&sandbox);
    assert_eq!((wrong.status, wrong.field("allow")), (405, Some("POST")));
}
