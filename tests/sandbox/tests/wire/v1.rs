//! E2 to E5: v1's messages, and what is reported about its prompts (wire contract 2.3 to 2.6).

use serde_json::{Value, json};
use thrads_sandbox::{
    Config, CreativeIs, PRODUCTION_KEY, PromptClick, STAGING_KEY, Sandbox, V1Tracking,
};

use crate::client::{Answer, Call};

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { limit: 1000, ..config }).unwrap()
}

fn message_body(subject: &str) -> Value {
    json!({
        "userId": "u", "chatId": "c", "content": {"user": subject, "chatbot": "Well."},
        "userRegion": "GB", "metaData": {"topic": "outdoor"},
        "conversationOffset": 0, "adFrequencyLimit": 3, "production": false,
    })
}

fn message(key: &str, body: &Value) -> Call {
    let call = Call::new("POST", "/api/v1/message/get-ad/").field("thrads-api-key", key);
    call.field("content-type", "application/json").body(body.to_string())
}

fn report(path: &str, body: &Value) -> Call {
    let call = Call::new("POST", path).field("content-type", "application/json");
    call.body(body.to_string())
}

fn feedback(id: &Value) -> Value {
    json!({
        "sponsored_prompt_id": id, "clicked": true, "number_follow_ups": 2,
        "is_sponsor_mentioned": false, "summary": "",
    })
}

fn prompt(sandbox: &Sandbox) -> Value {
    Call::v1(&json!({"country_code": "US"})).send(sandbox).json()["data"].clone()
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["status"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn serves_a_message_and_paces_it_like_a_prompt() {
    let sandbox = start(Config::default());
    let data = |subject: &str| {
        message(STAGING_KEY, &message_body(subject)).send(&sandbox).json()["data"].clone()
    };
    let kettle = data("My kettle leaks");
    assert_eq!(kettle["creative"], "Kettles that do not drip Steel, quiet, two-year cover.");
    assert_eq!((&kettle["price"], &kettle["currency"]), (&json!("49.00"), &json!("USD")));
    assert_eq!([data("tea"), data("tea")], [json!({}), json!({})]);
    assert!(data("hiking").get("price").is_none());
    assert_eq!((sandbox.stats().requests, sandbox.stats().ads), (4, 2));
}

#[test]
fn refuses_a_message_as_strictly_as_a_prompt() {
    let sandbox = start(Config::default());
    let none = message(STAGING_KEY, &message_body("tea")).without("thrads-api-key");
    assert_eq!(outcome(&none.send(&sandbox)), (401, "error".to_owned()));
    for (member, value) in [
        ("userId", json!("x".repeat(101))),
        ("chatId", Value::Null),
        ("content", Value::Null),
        ("metaData", json!({"age": 7})),
        ("adFrequencyLimit", json!(21)),
        ("country_code", json!("GB")),
    ] {
        let mut body = message_body("tea");
        body[member] = value;
        let answer = message(STAGING_KEY, &body).send(&sandbox);
        assert_eq!(outcome(&answer), (422, "error".to_owned()), "{member}");
        assert_eq!(answer.json()["error"]["detail"][0]["loc"][1], json!(member));
    }
    let mut production = message_body("When do you open?");
    production["production"] = json!(true);
    let answer = message(PRODUCTION_KEY, &production).send(&sandbox).json();
    assert_eq!(answer["message"], "No matching product found");
}

#[test]
fn nests_the_creative_when_the_switch_says_so() {
    let sandbox = start(Config { creative_is: CreativeIs::Object, ..Config::default() });
    let answer = message(STAGING_KEY, &message_body("kettle")).send(&sandbox).json();
    assert!(answer["data"]["creative"]["creative"].is_string());
}

#[test]
fn counts_the_redirect_of_a_message_as_a_click() {
    let sandbox = start(Config::default());
    let answer = message(STAGING_KEY, &message_body("kettle")).send(&sandbox).json();
    let url = answer["data"]["prod_url"].as_str().unwrap();
    let target = url.strip_prefix(&sandbox.base_url()).unwrap();
    assert!(target.starts_with("/api/v1/message/redirect/"));
    let clicked = Call::new("GET", target).send(&sandbox);
    assert_eq!(clicked.status, 302);
    assert!(clicked.field("location").unwrap().ends_with("advertiser=boilwell.example"));
    let unknown = Call::new("GET", &format!("{target}x")).send(&sandbox);
    assert_eq!(outcome(&unknown), (404, "error".to_owned()));
    assert_eq!(sandbox.stats().clicks, 1);
}

#[test]
fn counts_feedback_once_a_prompt_and_asks_for_no_key() {
    let sandbox = start(Config::default());
    let id = prompt(&sandbox)["sponsored_prompt_id"].clone();
    let send = |body: &Value| report("/api/v1/prompt/feedback/", body).send(&sandbox);
    let first = send(&feedback(&id));
    assert_eq!(outcome(&first), (200, "success".to_owned()));
    assert_eq!(first.json()["data"], json!({}));
    assert_eq!(outcome(&send(&feedback(&id))).0, 200);
    assert_eq!(outcome(&send(&feedback(&json!("spq_0")))), (404, "error".to_owned()));
    let mut extra = feedback(&id);
    extra["token"] = json!("t");
    assert_eq!(outcome(&send(&extra)), (422, "error".to_owned()));
    assert_eq!((sandbox.stats().feedback, sandbox.stats().prompt_clicks), (1, 0));
}

#[test]
fn counts_a_v1_click_once_a_token() {
    let sandbox = start(Config { v1_tracking: V1Tracking::Click, ..Config::default() });
    let data = prompt(&sandbox);
    assert!(data.get("sponsored_prompt_id").is_none());
    let send = |body: Value| report("/api/v1/prompt/click/", &body).send(&sandbox);
    for _ in 0..2 {
        assert_eq!(outcome(&send(json!({"token": data["token"]}))).0, 200);
    }
    assert_eq!(outcome(&send(json!({"token": "t"}))), (404, "error".to_owned()));
    assert_eq!(outcome(&send(json!({"token": "t", "clicked": true}))).0, 422);
    assert_eq!(outcome(&send(json!({"token": null}))).0, 422);
    assert_eq!(sandbox.stats().prompt_clicks, 1);
    let both = start(Config { v1_tracking: V1Tracking::Both, ..Config::default() });
    let data = prompt(&both);
    assert!(data["token"].is_string() && data["sponsored_prompt_id"].is_string());
}

#[test]
fn keeps_tokens_to_what_they_are_for() {
    let sandbox = start(Config { v1_tracking: V1Tracking::Both, ..Config::default() });
    let data = prompt(&sandbox);
    let click = report("/api/v1/prompt/click/", &json!({"token": data["sponsored_prompt_id"]}));
    assert_eq!(click.send(&sandbox).status, 404);
    let token = data["token"].as_str().unwrap();
    let view = Call::new("GET", &format!("/api/v1/tracking/view?token={token}")).end_user();
    assert_eq!(view.send(&sandbox).status, 404);
}

#[test]
fn lets_reports_meet_the_faults_of_pings() {
    let sandbox = start(Config::default());
    let id = prompt(&sandbox)["sponsored_prompt_id"].clone();
    sandbox.inject_pings("500".parse().unwrap(), Some(1));
    let send = || report("/api/v1/prompt/feedback/", &feedback(&id)).send(&sandbox).status;
    assert_eq!([send(), send()], [500, 200]);
    assert_eq!(sandbox.stats().feedback, 1);
}

#[test]
fn takes_ssp_taps_by_the_method_the_switch_names() {
    for (prompt_click, post, get, allow) in
        [(PromptClick::Post, 200, 405, "POST"), (PromptClick::Get, 405, 200, "GET")]
    {
        let sandbox = start(Config { prompt_click, ..Config::default() });
        let opener = json!({"userId": "u", "request_type": "opener"});
        let bid = Call::ssp(STAGING_KEY, &opener).send(&sandbox).json()["data"]["bids"][0].clone();
        let url = bid["sponsored_prompt_click_url"].as_str().unwrap();
        let target = url.strip_prefix(&sandbox.base_url()).unwrap();
        let answers = ["POST", "GET"].map(|method| Call::new(method, target).send(&sandbox));
        assert_eq!(answers.each_ref().map(|answer| answer.status), [post, get]);
        let refused = answers.iter().find(|answer| answer.status == 405).unwrap();
        assert_eq!(refused.field("allow"), Some(allow));
        assert_eq!(sandbox.stats().prompt_clicks, 1);
    }
}
