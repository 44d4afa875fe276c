//! What `config` leaves of the creatives (wire contract 3.4, T111, T112).

use serde_json::{Value, json};
use thrads_sandbox::{Config, PRODUCTION_KEY, STAGING_KEY, Sandbox};

use crate::client::{Call, chat};

fn start() -> Sandbox {
    let config = Config { limit: 1000, ad_offset: 0, max_frequency: 0, ..Config::default() };
    Sandbox::start(config).unwrap()
}

fn ask(sandbox: &Sandbox, key: &str, config: Value, subject: &str) -> Value {
    let mut body = chat("c", 1, subject);
    body["config"] = config;
    Call::ssp(key, &body).send(sandbox).json()
}

fn headline(answer: &Value) -> usize {
    answer["data"]["bid"]["headline"].as_str().unwrap().chars().count()
}

#[test]
fn serves_headlines_up_to_the_cap_and_not_beyond() {
    let sandbox = start();
    let at = |cap: u32, subject| {
        ask(&sandbox, PRODUCTION_KEY, json!({"max_headline_chars": cap}), subject)
    };
    assert_eq!([headline(&at(30, "rain")), headline(&at(30, "headphones"))], [29, 30]);
    assert_eq!(headline(&at(31, "tea")), 31);
    let too_long = at(30, "tea");
    assert_eq!(
        (&too_long["status"], &too_long["data"]),
        (&json!("success"), &json!({"bid": null}))
    );
    for _ in 0..20 {
        let any = ask(&sandbox, STAGING_KEY, json!({"max_headline_chars": 30}), "tea");
        assert!(headline(&any) <= 30);
    }
}

#[test]
fn urls_of_ads_name_the_host_that_was_asked_or_the_one_that_is_set() {
    let click = |sandbox: &Sandbox| {
        let answer = ask(sandbox, STAGING_KEY, json!({}), "tea");
        answer["data"]["bid"]["url"].as_str().unwrap().to_owned()
    };
    let asked = start();
    assert!(click(&asked).starts_with(&asked.base_url()));
    let ads_at = Some("ads.example:8443".to_owned());
    let config = Config { ads_at, ad_offset: 0, max_frequency: 0, ..Config::default() };
    assert!(click(&Sandbox::start(config).unwrap()).starts_with("http://ads.example:8443/"));
}

#[test]
fn shows_the_logo_where_images_are_off() {
    let sandbox = start();
    let ask = |config, subject| ask(&sandbox, STAGING_KEY, config, subject)["data"]["bid"].clone();
    for subject in ["coffee", "hiking", "bike", "wanderschuhe", "防水", "אופניים"] {
        let image = ask(json!({}), subject);
        assert_eq!(image["placement"], "image", "{subject}");
        assert!(image["image_url"].is_string());
        let text = ask(json!({"image_enabled": false}), subject);
        assert_eq!((&text["placement"], text.get("image_url")), (&json!("text"), None));
        assert!(text["logo_url"].is_string());
        assert_eq!(text["headline"], image["headline"]);
    }
}

#[test]
fn injected_members_lie_over_the_next_ads() {
    let sandbox = start();
    let order = json!({"members": {"headline": "<b>bold</b>", "cta_text": null}, "times": 1});
    let inject = |body: String| Call::new("POST", "/sandbox/creative").body(body).send(&sandbox);
    assert_eq!(inject(order.to_string()).status, 200);
    assert_eq!(inject("{}".to_owned()).status, 422);
    let bid = |subject| ask(&sandbox, STAGING_KEY, json!({}), subject)["data"]["bid"].clone();
    let laid = bid("kettle");
    assert_eq!((&laid["headline"], laid.get("cta_text")), (&json!("<b>bold</b>"), None));
    assert_eq!(laid["advertiser"], "Boilwell");
    assert_eq!(bid("kettle")["headline"], "Kettles that do not drip");
}
