//! Pacing, keys, limits and validation (wire contract 8.9 and T10, T16).

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use thrads_sandbox::{
    Config, KeyHeaders, NoAdData, OffsetMode, PRODUCTION_KEY, PromptsIn, STAGING_KEY, Sandbox,
    Staging,
};

use crate::client::{Answer, Call, SSP, V1, chat, connect};

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { limit: 1000, ..config }).unwrap()
}

fn v1_body(chat: &str, more: &Value) -> Value {
    let mut body = json!({"country_code": "US", "chatId": chat, "content": {"user": "hi", "chatbot": "hello"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

// The calls, counted from one, that brought an ad.
fn v1_ads(sandbox: &Sandbox, chat: &str, calls: u32, more: impl Fn(u32) -> Value) -> Vec<u32> {
    (1..=calls)
        .filter(|call| Call::v1(&v1_body(chat, &more(*call))).send(sandbox).has_ad())
        .collect()
}

fn ssp_ads(sandbox: &Sandbox, key: &str, name: &str, config: &Value) -> Vec<usize> {
    let body = |exchanges| {
        let mut body = chat(name, exchanges, "hi");
        body["config"] = config.clone();
        body
    };
    (1..=9).filter(|exchanges| Call::ssp(key, &body(*exchanges)).send(sandbox).has_ad()).collect()
}

#[test]
fn serves_on_calls_three_eight_and_thirteen() {
    let sandbox = start(Config::default());
    assert_eq!(v1_ads(&sandbox, "defaults", 15, |_| json!({})), [3, 8, 13]);
    let none = json!({"conversationOffset": 0, "adFrequencyLimit": 0});
    assert_eq!(v1_ads(&sandbox, "none", 4, |_| none.clone()), [1, 2, 3, 4]);
    assert_eq!(v1_ads(&sandbox, "late", 22, |_| json!({"conversationOffset": 20})), [21]);
    let forced = |at, how| move |call| if call == at { json!({"force": how}) } else { json!({}) };
    assert_eq!(v1_ads(&sandbox, "forced", 6, forced(1, true)), [1, 6]);
    assert_eq!(v1_ads(&sandbox, "inhibited", 4, forced(3, false)), [4]);
}

#[test]
fn says_why_v1_serves_nothing() {
    let sandbox = start(Config::default());
    let answer = Call::v1(&v1_body("c", &json!({}))).send(&sandbox).json();
    assert_eq!(
        (&answer["status"], &answer["message"]),
        (&json!("success"), &json!("Conversation offset not reached"))
    );
    assert_eq!(answer["data"], json!({}));
    let null = start(Config { no_ad_data: NoAdData::Null, ..Config::default() });
    assert_eq!(Call::v1(&v1_body("c", &json!({}))).send(&null).json()["data"], Value::Null);
    let production = v1_body("p", &json!({"production": true, "conversationOffset": 0}));
    assert_eq!(Call::v1(&production).send(&sandbox).json()["message"], "No matching product found");
}

#[test]
fn keeps_conversations_apart() {
    let sandbox = start(Config::default());
    let ad = |name: &str| Call::v1(&v1_body(name, &json!({}))).send(&sandbox).has_ad();
    assert!(!ad("a") && !ad("a") && !ad("b"));
    assert!(
        Call::v1(&json!({"country_code": "US", "chatId": "a"})).send(&sandbox).has_ad(),
        "an opener"
    );
    assert_eq!(Call::v1(&v1_body("b", &json!({"x": 1}))).send(&sandbox).status, 422);
    let other_key = Call::v1(&v1_body("a", &json!({})))
        .without("thrads-api-key")
        .field("thrads-api-key", PRODUCTION_KEY);
    assert!(!other_key.send(&sandbox).has_ad());
    assert!(ad("a") && !ad("b") && ad("b"));
    assert_eq!(sandbox.stats().openers.ads, 1);
}

#[test]
fn obeys_the_pacing_options() {
    let early = start(Config { offset_mode: OffsetMode::AtN, ..Config::default() });
    assert_eq!(v1_ads(&early, "c", 8, |_| json!({})), [2, 7]);
    let always = start(Config { always_serve: true, ..Config::default() });
    assert_eq!(v1_ads(&always, "c", 3, |_| json!({})), [1, 2, 3]);
}

#[test]
fn paces_production_on_the_ssp_and_never_staging() {
    let sandbox = start(Config { always_match: true, ..Config::default() });
    let config = json!({"ad_offset": 3, "max_frequency": 5});
    assert_eq!(ssp_ads(&sandbox, PRODUCTION_KEY, "paced", &config), [3, 8]);
    assert_eq!(ssp_ads(&sandbox, STAGING_KEY, "paced", &config), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let off = json!({"ad_offset": 0, "max_frequency": 0});
    assert_eq!(ssp_ads(&sandbox, PRODUCTION_KEY, "off", &off).len(), 9);
    let dashboard = json!({"ad_offset": null, "max_frequency": null});
    assert_eq!(ssp_ads(&sandbox, PRODUCTION_KEY, "dashboard", &dashboard), [2, 7]);
    let mut sent = chat("turns", 1, "hi");
    sent["turn_number"] = json!(3);
    assert!(Call::ssp(PRODUCTION_KEY, &sent).send(&sandbox).has_ad());
    let c5 = start(Config { staging: Staging::Paces, ..Config::default() });
    assert_eq!(ssp_ads(&c5, STAGING_KEY, "paced", &config), [3, 8]);
}

#[test]
fn answers_production_by_subject() {
    let sandbox = start(Config { ad_offset: 0, max_frequency: 0, ..Config::default() });
    let ask =
        |subject: &str| Call::ssp(PRODUCTION_KEY, &chat("c", 1, subject)).send(&sandbox).json();
    assert_eq!(ask("My kettle leaks")["data"]["bid"]["advertiser"], "Boilwell");
    let none = ask("When do you open?");
    assert_eq!((&none["data"], &none["message"]), (&json!({"bid": null}), &json!("No bids")));
    let mut early = chat("d", 1, "Kettles?");
    early["config"] = json!({"ad_offset": 3});
    let held = Call::ssp(PRODUCTION_KEY, &early).send(&sandbox).json();
    assert_eq!(held["message"], "Ad offset not reached (turn 1 < 3)");
    assert!(Call::ssp(STAGING_KEY, &chat("c", 1, "When do you open?")).send(&sandbox).has_ad());
}

#[test]
fn takes_each_key_under_its_own_header_only() {
    let sandbox = start(Config::default());
    let ssp = |field: &str, key: &str| {
        let call = Call::ssp(key, &chat("c", 1, "tea")).without("thrad-api-key");
        if field.is_empty() { call } else { call.field(field, key) }
    };
    for (field, key) in
        [("", ""), ("thrad-api-key", ""), ("thrad-api-key", "K"), ("thrads-api-key", STAGING_KEY)]
    {
        let answer = ssp(field, key).send(&sandbox);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &json!({"type": "HTTPException", "code": 401}))
        );
    }
    let v1 = Call::v1(&json!({"country_code": "US"}))
        .without("thrads-api-key")
        .field("thrad-api-key", STAGING_KEY);
    assert_eq!(v1.send(&sandbox).status, 401);
    assert_eq!(
        ssp("thrad-api-key", STAGING_KEY)
            .field("origin", "https://evil.example")
            .send(&sandbox)
            .status,
        403
    );
    let any = start(Config { key_headers: KeyHeaders::Any, ..Config::default() });
    assert_eq!(v1.send(&any).status, 200);
}

#[test]
fn asks_for_the_end_user() {
    let sandbox = start(Config::default());
    let call = || Call::ssp(STAGING_KEY, &chat("c", 1, "tea"));
    for missing in ["user-agent", "x-forwarded-for"] {
        let answer = call().without(missing).send(&sandbox);
        assert_eq!((answer.status, &answer.json()["status"]), (400, &json!("error")), "{missing}");
    }
    let country = call().field("x-user-country", "US");
    assert_eq!(country.send(&sandbox).status, 400);
    let trio =
        country.field("x-user-device", "mobile").field("x-user-timezone", "America/New_York");
    assert_eq!(trio.send(&sandbox).status, 200);
    let direct = start(Config { direct: true, ..Config::default() });
    assert_eq!(call().without("x-forwarded-for").send(&direct).status, 200);
}

#[test]
fn refuses_the_forty_first_call_of_a_second() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let call = Call::v1(&json!({"country_code": "US"}));
    let requests: Vec<u8> = (0..41)
        .flat_map(|n| call.bytes(&sandbox, if n < 40 { "keep-alive" } else { "close" }))
        .collect();
    let mut stream = connect(&sandbox).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    thread::sleep(Duration::from_millis(1010 - u64::from(now.subsec_millis())));
    let second = now.as_secs() + 1;
    stream.write_all(&requests).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let mut rest = all.as_slice();
    for call in 0..41_u32 {
        let (answer, after) = Answer::parse(rest);
        rest = after;
        assert_eq!(answer.status, if call < 40 { 200 } else { 429 });
        let limits = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
            .map(|name| answer.field(name).unwrap());
        assert_eq!(
            limits,
            ["40", &39_u32.saturating_sub(call).to_string(), &(second + 1).to_string()]
        );
    }
    let stats = sandbox.stats();
    assert_eq!(
        (stats.refused, stats.max_per_second, stats.by_status["429"], stats.openers.ads),
        (1, 41, 1, 40)
    );
}

#[test]
fn wraps_validation_errors_in_the_v1_envelope() {
    let sandbox = start(Config::default());
    let answer = Call::v1(&json!({"country_code": "US", "adFrequency": 1})).send(&sandbox);
    let body = answer.json();
    assert_eq!((answer.status, &body["status"], &body["data"]), (422, &json!("error"), &json!({})));
    let first = &body["error"]["detail"][0];
    assert_eq!(
        (&first["type"], &first["loc"]),
        (&json!("extra_forbidden"), &json!(["body", "adFrequency"]))
    );
    let comma = Call::v1(&json!({})).body(r#"{"country_code":"US",}"#).send(&sandbox).json();
    assert_eq!(comma["error"]["detail"][0]["loc"], json!(["body", 21]));
    let text =
        Call::v1(&json!({"country_code": "US"})).without("content-type").send(&sandbox).json();
    assert_eq!(text["error"]["detail"][0]["type"], "model_attributes_type");
    let lax =
        v1_body("c", &json!({"conversationOffset": "0", "adFrequencyLimit": 3.0, "force": "yes"}));
    assert!(Call::v1(&lax).send(&sandbox).has_ad());
}

#[test]
fn holds_ssp_messages_to_their_rules() {
    let sandbox = start(Config::default());
    let ends_with_user = chat("c", 2, "tea")["messages"].as_array().unwrap()[..3].to_vec();
    let body = json!({"userId": "u", "chatId": "c", "messages": ends_with_user});
    let answer = Call::ssp(STAGING_KEY, &body).send(&sandbox);
    assert_eq!(
        (answer.status, &answer.json()["detail"][0]["loc"]),
        (422, &json!(["body", "messages"]))
    );
    let unknown_member = json!({"userId": "u", "request_type": "opener", "nAdsBefore": 2});
    assert!(Call::ssp(STAGING_KEY, &unknown_member).send(&sandbox).has_ad());
}

#[test]
fn puts_prompts_where_the_switch_says() {
    let opener = json!({"userId": "u", "request_type": "opener"});
    let data = |prompts_in| {
        let sandbox = start(Config { prompts_in, ..Config::default() });
        Call::ssp(PRODUCTION_KEY, &opener).send(&sandbox).json()["data"].clone()
    };
    assert_eq!(data(PromptsIn::Bids)["bids"].as_array().unwrap().len(), 3);
    assert_eq!(data(PromptsIn::BidArray)["bid"].as_array().unwrap().len(), 3);
    assert!(data(PromptsIn::Bid)["bid"]["sponsored_prompt_click_url"].is_string());
}

#[test]
fn routes_like_the_platform() {
    let sandbox = start(Config::default());
    let moved = Call::new("POST", V1.trim_end_matches('/')).send(&sandbox);
    assert_eq!(
        (moved.status, moved.field("location")),
        (307, Some(&*format!("{}{V1}", sandbox.base_url())))
    );
    let wrong_method = Call::new("GET", SSP).send(&sandbox);
    assert_eq!((wrong_method.status, wrong_method.field("allow")), (405, Some("POST")));
    assert_eq!(wrong_method.json(), json!({"detail": "Method Not Allowed"}));
    assert_eq!(
        Call::new("POST", "/api/v1/query/get-ad/").send(&sandbox).json(),
        json!({"detail": "Not Found"})
    );
    assert_eq!(Call::new("GET", "/health").send(&sandbox).json()["apiVersion"], "0.1.0");
    assert_eq!(Call::v1(&json!({})).body(vec![b' '; 1024 * 1024 + 1]).send(&sandbox).status, 413);
}

#[test]
fn repeats_itself_for_the_same_seed() {
    let url = |seed| {
        let sandbox = start(Config { seed, ..Config::default() });
        let bid = Call::ssp(STAGING_KEY, &chat("c", 1, "tea")).send(&sandbox).json()["data"]["bid"]
            .clone();
        bid["bidId"].as_str().unwrap().to_owned()
    };
    assert_eq!(url(7), url(7));
    assert_ne!(url(7), url(8));
}

#[test]
fn records_requests_as_they_came() {
    let sandbox = start(Config::default());
    let call = Call::v1(&json!({"country_code": "US"})).field("X-Mixed-Case", "Kept As Is");
    call.send(&sandbox);
    let seen = &sandbox.log()[0];
    assert_eq!(
        (&*seen.method, &*seen.target, &*seen.body),
        ("POST", V1, br#"{"country_code":"US"}"#.as_slice())
    );
    let names: Vec<_> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["host", "connection", "thrads-api-key", "content-type", "x-mixed-case", "content-length"]
    );
    assert_eq!(seen.headers[4].1, "Kept As Is");
}

#[test]
fn starts_and_stops_inside_another_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let sandbox = start(Config::default());
        assert_eq!(Call::new("GET", "/health").send(&sandbox).status, 200);
    });
}

#[test]
fn closes_its_port_when_dropped() {
    let sandbox = start(Config::default());
    let address = crate::client::authority(&sandbox);
    drop(sandbox);
    assert!(std::net::TcpStream::connect(address).is_err());
}
