//! What the protocol says of lines beyond the fixtures: unreadable and unsupported ones, and what a refusal names.

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use thrads_tests::answer;

fn ask(line: &str) -> Value {
    serde_json::from_str(&answer(line)).unwrap()
}

/// What comes of the bid request `T11` with other members.
fn bid(changes: Value) -> Value {
    let mut line = json!({
        "id": "b", "op": "write", "call": "bid", "key": "K2", "user_id": "u", "chat_id": "c",
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        "end_user": {"ip": "203.0.113.7", "user_agent": "A"},
    });
    changed(&mut line, changes)
}

/// What comes of a prompt call with other members.
fn prompt(changes: Value) -> Value {
    let mut line = json!({
        "id": "p", "op": "write", "call": "prompt", "key": "K1", "country_code": "GB",
    });
    changed(&mut line, changes)
}

fn changed(line: &mut Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("not an object") };
    line.as_object_mut().unwrap().extend(changes);
    ask(&line.to_string())
}

#[test]
fn a_line_that_is_no_case_is_unreadable_and_not_repeated() {
    let deep =
        format!("{{\"id\":1,\"op\":\"read\",\"x\":{}{}}}", "[".repeat(9999), "]".repeat(9999));
    for line in [
        "",
        " ",
        "secret",
        "\"secret\"",
        "[\"secret\"]",
        "{\"secret\"",
        "{\"key\":\"secret\"}",
        "{\"op\":17,\"key\":\"secret\"}",
        "{\"op\":null}",
        "{\"op\":\"read\"}",
        "{\"op\":\"write\",\"key\":\"secret\"}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":\"200\"}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":99999}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":200,\"headers\":[\"secret\"]}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":200,\"body\":[\"secret\"]}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":200,\"body_hex\":\"0g\"}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":200,\"body_hex\":\"012\"}",
        "{\"op\":\"read\",\"call\":\"bid\",\"status\":200,\"at\":\"soon\"}",
        "{\"op\":\"viewability\",\"samples\":[[0]]}",
        "{\"op\":\"viewability\",\"samples\":[[0,1001]]}",
        "{\"op\":\"viewability\",\"samples\":[[-1,500]]}",
        "{\"op\":\"pace\",\"family\":\"v2\",\"policy\":{},\"script\":[]}",
        "{\"op\":\"pace\",\"family\":\"v1\",\"policy\":{\"offset\":256},\"script\":[]}",
        "{\"op\":\"pace\",\"family\":\"v1\",\"policy\":{},\"script\":[\"served\"]}",
        "{\"op\":\"pace\",\"family\":\"v1\",\"policy\":{},\"script\":[\"turn\",\"served\",\"no_ad\"]}",
        "{\"op\":\"pace\",\"family\":\"v1\",\"policy\":{},\"script\":[\"turn\",{\"wait_ms\":1},\"served\"]}",
        "{\"op\":\"pace\",\"family\":\"v1\",\"policy\":{},\"script\":[{\"wait_ms\":18446744073709551615}]}",
        &deep,
    ] {
        let answered = ask(line);
        assert_eq!(answered["error"], "unreadable", "{line:.80}");
        assert_eq!(answered["id"], Value::Null, "{line:.80}");
        assert!(answered["detail"].as_str().is_some_and(|detail| !detail.contains("secret")));
    }
}

#[test]
fn an_answer_behind_a_held_turn_is_unreadable() {
    let line = json!({
        "id": 1, "op": "pace", "family": "v1", "policy": {"offset": 2, "enforcement": "device"},
        "script": ["turn", "served"],
    });
    assert_eq!(ask(&line.to_string())["error"], "unreadable");
}

#[test]
fn what_this_version_cannot_express_is_unsupported() {
    for line in [
        json!({"id": {"a": 1}, "op": "smell"}),
        json!({"id": {"a": 1}, "op": "write", "call": "collect"}),
        json!({"id": {"a": 1}, "op": "read", "call": "collect", "status": 200, "body": "{}"}),
        json!({"id": {"a": 1}, "op": "read", "call": "bid", "status": 200, "legacy": "G2"}),
        json!({
            "id": {"a": 1}, "op": "pace", "family": "v1", "policy": {"retries": 1}, "script": []
        }),
        json!({"id": {"a": 1}, "op": "pace", "family": "v1", "policy": {"cap": 3}, "script": []}),
    ] {
        assert_eq!(ask(&line.to_string()), json!({"id": {"a": 1}, "error": "unsupported"}));
    }
    assert_eq!(bid(json!({"legacy": "G2"}))["error"], "unsupported");
    assert_eq!(prompt(json!({"legacy": "G1a"}))["error"], "unsupported");
}

#[test]
fn a_refusal_names_the_member_of_the_line() {
    for (changes, member) in [
        (json!({"key": 1}), "key"),
        (json!({"key": null}), "key"),
        (json!({"base_url": ["https://a.example"]}), "base_url"),
        (json!({"user_id": "a@b.example"}), "user_id"),
        (json!({"chat_id": 1}), "chat_id"),
        (json!({"messages": {}}), "messages"),
        (json!({"messages": ["hi", "ho"]}), "messages"),
        (json!({"messages": [{"role": "user", "content": "a", "name": "n"}]}), "messages"),
        (json!({"summary": 1}), "summary"),
        (json!({"request_type": "other"}), "request_type"),
        (json!({"request_type": 1}), "request_type"),
        (json!({"ad_formats": ["sponsored_message", "sponsored_message"]}), "ad_formats"),
        (json!({"ad_formats": ["carousel"]}), "ad_formats"),
        (json!({"ad_formats": [1]}), "ad_formats"),
        (json!({"config": []}), "config"),
        (json!({"config": {"ad_offset": -1}}), "config"),
        (json!({"config": {"ad_offset": 4_294_967_296_u64}}), "config"),
        (json!({"config": {"image_enabled": 1}}), "config"),
        (json!({"config": {"other": 1}}), "config"),
        (json!({"user_metadata": {"other": 1}}), "user_metadata"),
        (json!({"turn_number": 1.5}), "turn_number"),
        (json!({"turn_number": "1"}), "turn_number"),
        (json!({"force": "true"}), "force"),
        (json!({"end_user": "me"}), "end_user"),
        (json!({"end_user": {"user_agent": "A", "ip": "::1", "port": 1}}), "end_user"),
        (
            json!({"end_user": {"user_agent": "A", "ip": "::1", "geo": {"country": "DE"}}}),
            "end_user",
        ),
    ] {
        assert_eq!(bid(changes.clone()), json!({"id": "b", "invalid": member}), "{changes}");
    }
    assert_eq!(prompt(json!({"content": {"user": "a"}}))["invalid"], "content");
    assert_eq!(
        prompt(json!({"content": {"user": "a", "chatbot": "b", "x": "c"}}))["invalid"],
        "content"
    );
    assert_eq!(prompt(json!({"production": "yes"}))["invalid"], "production");
}

#[test]
fn of_several_wrong_members_the_first_on_the_wire_is_named() {
    let mut wrong = json!({
        "key": 1, "base_url": 1, "user_id": 1, "chat_id": "", "messages": [], "summary": 1,
        "request_type": "other", "ad_formats": [], "config": 1, "user_metadata": 1,
        "turn_number": -1, "force": 1, "end_user": {},
    });
    let right = json!({
        "key": "K2", "base_url": null, "user_id": "u", "chat_id": "c",
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        "summary": "s", "request_type": "contextual", "ad_formats": ["sponsored_message"],
        "config": {}, "user_metadata": {}, "turn_number": 1, "force": true,
        "end_user": {"user_agent": "A"},
    });
    for (member, value) in right.as_object().unwrap() {
        assert_eq!(bid(wrong.clone())["invalid"], **member);
        wrong[member] = value.clone();
    }
    assert_eq!(bid(wrong)["method"], "POST");
}

#[test]
fn an_opener_has_no_conversation() {
    let opener = |member: &str, value: Value| {
        let mut line = json!({"request_type": "opener", "chat_id": null, "messages": null});
        line[member] = value;
        bid(line)
    };
    assert_eq!(opener("chat_id", json!("c"))["invalid"], "chat_id");
    assert_eq!(opener("messages", json!([]))["invalid"], "messages");
    assert_eq!(opener("turn_number", json!(1))["invalid"], "turn_number");
    let body = opener("turn_number", Value::Null)["body"].clone();
    let written = r#"{"userId":"u","request_type":"opener","ad_formats":["sponsored_prompt"]}"#;
    assert_eq!(body, written);
}

#[test]
fn null_is_absent_but_for_the_dashboards_null() {
    let absent = bid(json!({"summary": null, "config": null, "turn_number": null, "force": null}));
    assert_eq!(absent, bid(json!({})));
    let body =
        bid(json!({"config": {"ad_offset": null, "max_headline_chars": null}}))["body"].clone();
    assert!(body.as_str().is_some_and(|body| body.contains(r#""config":{"ad_offset":null}"#)));
}

#[test]
fn an_ad_is_shown_and_told_as_it_was_read() {
    let ad = json!({
        "format": "sponsored_message", "placement": "text", "price_micros": 2_350_000,
        "advertiser": "Boilwell", "domain": null, "headline": "Kettles", "description": null,
        "cta_text": null, "url": "https://s.example/r", "image_url": null, "logo_url": null,
        "dsp": null, "bid_id": "b1", "trackers": [],
    });
    let card = json!({"id": 1, "op": "render", "as": "card", "columns": 32, "ad": ad});
    let lines = json!(["Sponsored \u{b7} Boilwell", "Kettles", "[Learn More]"]);
    assert_eq!(ask(&card.to_string()), json!({"id": 1, "lines": lines}));
    let speech = json!({"id": 1, "op": "render", "as": "speech", "language": "en", "ad": ad});
    assert_eq!(ask(&speech.to_string())["text"], "Sponsored, by Boilwell: Kettles.");
    let speech =
        json!({"op": "render", "as": "speech", "language": "de", "ad": ad, "limit_ms": 4000});
    let said = ask(&speech.to_string());
    assert_eq!(said["text"], "Gesponserte Anzeige von Boilwell: Kettles.");
    assert_eq!((&said["ms"], &said["disclosure_ms"]), (&json!(3267), &json!(2134)));
    let unknown = json!({"format": "carousel", "unknown": true});
    let card = json!({"id": 1, "op": "render", "as": "card", "columns": 32, "ad": unknown});
    assert_eq!(ask(&card.to_string()), json!({"id": 1, "lines": []}));
}

#[test]
fn an_ad_that_cannot_be_shown_is_refused() {
    let answered = |manner: &str, language: Value, ad: Value| {
        let line =
            json!({"op": "render", "as": manner, "columns": 32, "language": language, "ad": ad});
        ask(&line.to_string())
    };
    let question = json!({"format": "prompt", "prompt": "Q?", "link": "https://a.example/"});
    assert_eq!(answered("card", Value::Null, json!({"format": "prompt"}))["invalid"], "ad");
    assert_eq!(answered("card", Value::Null, json!("ad"))["invalid"], "ad");
    assert_eq!(answered("card", Value::Null, Value::Null)["invalid"], "ad");
    let poll = json!({"format": "sponsored_poll", "question": "Q?"});
    assert_eq!(answered("card", Value::Null, poll)["invalid"], "ad");
    let carousel = json!({"format": "sponsored_carousel"});
    assert_eq!(answered("card", Value::Null, carousel)["error"], "unsupported");
    assert_eq!(answered("speech", json!("nl"), question.clone())["error"], "unsupported");
    assert_eq!(answered("dance", Value::Null, question)["error"], "unreadable");
}

#[test]
fn an_ad_that_no_answer_makes_is_not_shown() {
    for (member, value) in [
        ("url", json!("javascript:alert(1)")),
        ("url", json!("")),
        ("url", Value::Null),
        ("headline", json!(" ")),
        ("price_micros", json!("5")),
    ] {
        let mut ad =
            json!({"format": "sponsored_message", "headline": "H", "url": "https://a.example/"});
        ad[member] = value;
        let card = json!({"op": "render", "as": "card", "columns": 32, "ad": ad});
        assert_eq!(ask(&card.to_string())["invalid"], "ad", "{card}");
    }
}

#[test]
fn an_ad_may_leave_out_what_its_call_does_not_use() {
    let ask_of = |call: &str, ad: Value| {
        let person = json!({"user_agent": "x"});
        let line =
            json!({"op": "write", "call": call, "ad": ad, "option_id": "0", "end_user": person});
        let mut line = line.as_object().unwrap().clone();
        if call != "vote" {
            line.remove("option_id");
        }
        ask(&json!(line).to_string())
    };
    let click = json!({"format": "sponsored_prompt", "click_url": "https://a.example/c"});
    assert_eq!(ask_of("prompt_click", click)["path"], "/c");
    let options = json!([{"id": "0", "text": "A"}]);
    let poll =
        json!({"format": "sponsored_poll", "options": options, "vote_url": "https://a.example/v"});
    assert_eq!(ask_of("vote", poll.clone())["path"], "/v");
    assert_eq!(ask_of("results", poll)["invalid"], "ad");
    let poll = json!({"format": "sponsored_poll", "results_url": "https://a.example/r"});
    assert_eq!(ask_of("results", poll.clone())["path"], "/r");
    assert_eq!(ask_of("vote", poll)["invalid"], "ad");
    let card = json!({"op": "render", "as": "card", "columns": 32, "language": "en",
        "ad": {"format": "prompt", "prompt": "Q?"}});
    assert_eq!(ask(&card.to_string())["lines"], json!(["Sponsored", "Q?"]));
}

#[test]
fn a_merged_message_has_the_time_of_its_first_part() {
    let said = |role: &str, content: &str, at: Value| json!({"role": role, "content": content, "timestamp": at});
    let normalised =
        |messages: Value| ask(&json!({"op": "normalise", "messages": messages}).to_string());
    let (early, late) = ("2026-05-04T11:00:00.25+02:00", json!(1_777_885_204));
    let messages = json!([
        said("system", "s", json!("2026-05-04T08:00:00Z")),
        said("user", "a", json!(early)),
        said("user", "b", Value::Null),
        said("assistant", "c", late.clone()),
    ]);
    let expected = json!([said("user", "a\nb", json!(early)), said("assistant", "c", late)]);
    assert_eq!(normalised(messages), json!({"messages": expected, "turn": 1}));
    for odd in [json!("now"), json!(-1), json!(1.5), json!(u64::MAX), json!([])] {
        assert_eq!(normalised(json!([said("user", "a", odd)]))["invalid"], "messages");
    }
}

#[test]
fn a_body_is_read_up_to_the_limit_of_a_transport() {
    let read = |length: usize| {
        let (front, back) = ("{\"data\":{\"bid\":{}},\"x\":\"", "\"}");
        let padding = "x".repeat(length - front.len() - back.len());
        let body = format!("{front}{padding}{back}");
        let line = json!({"op": "read", "call": "bid", "status": 200, "body": body});
        ask(&line.to_string())["outcome"].clone()
    };
    assert_eq!(read(1 << 20), "no_ad");
    assert_eq!(read((1 << 20) + 1), "malformed");
}

#[test]
fn a_poll_is_shown_and_told_as_it_was_read() {
    let options = json!([{"id": "0", "text": "Party"}, {"id": "1", "text": "Focus"}]);
    let ad = json!({
        "format": "sponsored_poll", "question": "What for?", "options": options,
        "vote_url": "https://s.example/v", "results_url": "https://s.example/r", "cta_url": null,
        "cta_text": null, "advertiser": "Tuneloft", "domain": null, "logo_url": null,
        "price_micros": null, "dsp": null, "bid_id": null, "trackers": [],
    });
    let card = json!({"op": "render", "as": "card", "columns": 32, "ad": ad});
    let lines = json!(["Sponsored \u{b7} Tuneloft", "What for?", "1. Party", "2. Focus"]);
    assert_eq!(ask(&card.to_string())["lines"], lines);
    let speech = json!({"op": "render", "as": "speech", "ad": ad});
    let said = "Sponsored, by Tuneloft: What for? 1. Party. 2. Focus.";
    assert_eq!(ask(&speech.to_string())["text"], said);
    let ad = json!({
        "format": "message", "creative": "Dry packs.", "prod_name": "H28", "img_url": null,
        "prod_url": "https://go.example/r", "price_micros": null, "currency": null,
    });
    let card = json!({"op": "render", "as": "card", "columns": 32, "ad": ad});
    let lines = json!(["Sponsored", "H28", "Dry packs.", "[Learn More]"]);
    assert_eq!(ask(&card.to_string())["lines"], lines);
}

#[test]
fn members_of_an_answer_come_in_the_protocols_order() {
    let names = |line: &str| {
        let answered: Value = ask(line);
        answered.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let line = r#"{"op":"read","call":"bid","status":200,"body":"{}","id":1}"#;
    assert_eq!(names(line), "id outcome request_id message diagnostic limits envelope");
    let line = r#"{"op":"read","call":"bid","status":429,"body":"{}","id":1}"#;
    assert_eq!(
        names(line),
        "id outcome status kind message request_id retry_after_ms fields limits"
    );
    let written = bid(json!({}));
    let headers = written["headers"].as_object().unwrap().keys().take(3).cloned();
    let first = headers.collect::<Vec<_>>().join(" ");
    assert_eq!(first, "content-type content-length thrad-api-key");
}

#[test]
fn the_program_answers_until_the_input_ends() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_conform"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = b"\xff\xfe\n{\"id\":2,\"op\":\"normalise\",\"messages\":[]}\nno case";
    program.stdin.take().unwrap().write_all(input).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["error"], "unreadable");
    assert_eq!(lines[1], json!({"id": 2, "messages": [], "turn": 0}));
    assert_eq!(lines[2]["error"], "unreadable");
}

#[test]
fn the_program_tells_how_it_is_used() {
    let run =
        |argument| Command::new(env!("CARGO_BIN_EXE_conform")).arg(argument).output().unwrap();
    let help = run("--help");
    assert!(help.status.success() && !help.stdout.is_empty());
    let other = run("--other");
    assert_eq!((other.status.code(), other.stdout.is_empty()), (Some(2), true));
}
