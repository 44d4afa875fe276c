//! Who is let in, and in which shape a body must be (wire contract 1.4, T108, T110, C28, C32).

use serde_json::{Value, json};
use thrads_sandbox::{Alternation, Config, InvalidIs, PRODUCTION_KEY, STAGING_KEY, Sandbox};

use crate::client::{Answer, Call, SSP, chat};

const NOT_AN_OBJECT: &str = "Input should be a valid dictionary or object to extract fields from";
const SHOP: &str = "https://shop.example";

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { limit: 1000, ..config }).unwrap()
}

fn registered() -> Sandbox {
    start(Config { origins: vec![SHOP.to_owned()], ..Config::default() })
}

fn from_origin(origin: &str) -> Call {
    Call::ssp(STAGING_KEY, &chat("c", 1, "tea")).field("origin", origin)
}

fn preflight(origin: &str) -> Call {
    Call::new("OPTIONS", SSP)
        .field("origin", origin)
        .field("access-control-request-method", "POST")
        .field("access-control-request-headers", "thrad-api-key,content-type")
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.field("access-control-allow-origin")
}

#[test]
fn answers_a_registered_origin_and_refuses_any_other() {
    let sandbox = registered();
    let answer = from_origin(SHOP).send(&sandbox);
    assert!(answer.has_ad());
    assert_eq!((allowed_origin(&answer), answer.field("vary")), (Some(SHOP), Some("Origin")));
    for origin in ["https://evil.example", "http://shop.example", "null"] {
        let refused = from_origin(origin).send(&sandbox);
        assert_eq!((refused.status, allowed_origin(&refused)), (403, None), "{origin}");
        assert_eq!(refused.json()["message"], "Origin not allowed");
    }
    let nobody = start(Config::default());
    assert_eq!(from_origin(SHOP).send(&nobody).status, 403);
}

#[test]
fn shows_errors_to_a_registered_origin_too() {
    let sandbox = registered();
    let unauthorized = from_origin(SHOP).without("thrad-api-key").send(&sandbox);
    assert_eq!((unauthorized.status, allowed_origin(&unauthorized)), (401, Some(SHOP)));
    let invalid = from_origin(SHOP).body("{}").send(&sandbox);
    assert_eq!((invalid.status, allowed_origin(&invalid)), (422, Some(SHOP)));
    let dripped = from_origin(SHOP).field("x-sandbox-fault", "500").send(&sandbox);
    assert_eq!((dripped.status, allowed_origin(&dripped)), (500, Some(SHOP)));
}

#[test]
fn answers_a_preflight() {
    let sandbox = registered();
    let answer = preflight(SHOP).send(&sandbox);
    assert_eq!((answer.status, allowed_origin(&answer)), (200, Some(SHOP)));
    let says = ["methods", "headers"]
        .map(|what| answer.field(&format!("access-control-allow-{what}")).unwrap());
    assert_eq!(says, ["POST, OPTIONS", "thrad-api-key, Content-Type, Origin, Referer"]);
    assert_eq!(answer.field("access-control-max-age"), Some("86400"));
    assert_eq!(answer.field("access-control-allow-credentials"), None);
    assert_eq!(preflight("https://evil.example").send(&sandbox).status, 403);
    let bare = Call::new("OPTIONS", SSP).send(&sandbox);
    assert_eq!((bare.status, bare.field("allow")), (405, Some("POST")));
    assert_eq!(sandbox.stats().requests, 0);
}

#[test]
fn puts_every_row_of_the_validation_table_into_the_envelope() {
    let sandbox = start(Config::default());
    let with = |more: &str| format!(r#"{{"country_code":"US",{more}}}"#);
    let code = |value: &str| format!(r#"{{"country_code":{value}}}"#);
    let at = json!(["body", "country_code"]);
    let rows = [
        ("{}".to_owned(), "missing", at.clone(), "Field required"),
        (code("null"), "string_type", at.clone(), "Input should be a valid string"),
        (code("\"U\""), "string_too_short", at.clone(), "String should have at least 2 characters"),
        (code("\"USA\""), "string_too_long", at.clone(), "String should have at most 2 characters"),
        (
            code("\"U1\""),
            "string_pattern_mismatch",
            at,
            "String should match pattern '^[A-Za-z]{2}$'",
        ),
        (
            with(r#""conversationOffset":21"#),
            "less_than_equal",
            json!(["body", "conversationOffset"]),
            "Input should be less than or equal to 20",
        ),
        (
            with(r#""adFrequencyLimit":-1"#),
            "greater_than_equal",
            json!(["body", "adFrequencyLimit"]),
            "Input should be greater than or equal to 0",
        ),
        (
            with(r#""conversationOffset":2.5"#),
            "int_from_float",
            json!(["body", "conversationOffset"]),
            "Input should be a valid integer, got a number with a fractional part",
        ),
        (
            with(r#""force":"maybe""#),
            "bool_parsing",
            json!(["body", "force"]),
            "Input should be a valid boolean, unable to interpret input",
        ),
        (
            with(r#""adFrequency":1"#),
            "extra_forbidden",
            json!(["body", "adFrequency"]),
            "Extra inputs are not permitted",
        ),
        (
            with(r#""content":{"user":"hi"}"#),
            "missing",
            json!(["body", "content", "chatbot"]),
            "Field required",
        ),
        (
            with(r#""content":{"user":"hi","chatbot":"ho","x":1}"#),
            "extra_forbidden",
            json!(["body", "content", "x"]),
            "Extra inputs are not permitted",
        ),
        (
            r#"{"country_code":"US",}"#.to_owned(),
            "json_invalid",
            json!(["body", 21]),
            "JSON decode error",
        ),
        (String::new(), "missing", json!(["body"]), "Field required"),
        ("[]".to_owned(), "model_attributes_type", json!(["body"]), NOT_AN_OBJECT),
        ("null".to_owned(), "model_attributes_type", json!(["body"]), NOT_AN_OBJECT),
    ];
    for (body, kind, loc, msg) in rows {
        let answer = Call::v1(&Value::Null).body(body.clone()).send(&sandbox);
        let all = answer.json();
        assert_eq!((answer.status, &all["message"]), (422, &json!("Validation error")), "{body}");
        assert_eq!((&all["status"], &all["data"]), (&json!("error"), &json!({})), "{body}");
        let found: Vec<_> = all["error"]["detail"].as_array().unwrap().iter().map(triple).collect();
        assert_eq!(found, [(json!(kind), loc, json!(msg))], "{body}");
    }
}

fn triple(issue: &Value) -> (Value, Value, Value) {
    (issue["type"].clone(), issue["loc"].clone(), issue["msg"].clone())
}

#[test]
fn calls_an_invalid_bid_request_what_the_switch_says() {
    for (invalid_is, status) in [(InvalidIs::Unprocessable, 422), (InvalidIs::BadRequest, 400)] {
        let sandbox = start(Config { invalid_is, ..Config::default() });
        let answer = Call::ssp(STAGING_KEY, &json!({})).send(&sandbox);
        assert_eq!(
            (answer.status, &answer.json()["detail"][0]["type"]),
            (status, &json!("missing"))
        );
        assert_eq!(Call::v1(&json!({})).send(&sandbox).status, 422);
    }
}

#[test]
fn takes_any_messages_when_lenient() {
    let alternation = Alternation::Lenient;
    let sandbox =
        start(Config { alternation, ad_offset: 0, max_frequency: 0, ..Config::default() });
    let ask = |messages: Value| {
        let body = json!({"userId": "u", "chatId": "c", "messages": messages});
        Call::ssp(PRODUCTION_KEY, &body).send(&sandbox)
    };
    let kettle = json!({"role": "user", "content": "A kettle?"});
    let answer = ask(json!([kettle])).json();
    assert_eq!(answer["data"]["bid"]["advertiser"], "Boilwell");
    assert!(ask(json!([kettle, kettle])).has_ad());
    assert_eq!(ask(json!([])).status, 422);
}
