//! View pings, clicks and what they are counted as (wire contract 4, T87, T90, T91).

use serde_json::{Value, json};
use thrads_sandbox::{Config, PRODUCTION_KEY, STAGING_KEY, Sandbox, TrackersIn};

use crate::client::{Answer, Call, authority, chat};

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { limit: 1000, ad_offset: 0, max_frequency: 0, ..config }).unwrap()
}

fn bid(sandbox: &Sandbox, key: &str) -> Value {
    Call::ssp(key, &chat("c", 1, "kettle")).send(sandbox).json()["data"]["bid"].clone()
}

fn decode(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hex = |digit: Option<u8>| char::from(digit.unwrap()).to_digit(16).unwrap() as u8;
        out.push(if byte == b'%' { hex(bytes.next()) * 16 + hex(bytes.next()) } else { byte });
    }
    String::from_utf8(out).unwrap()
}

fn trackers(url: &str) -> [String; 2] {
    ["&view_url=", "&thrad_view_url="]
        .map(|name| decode(url.split(name).nth(1).unwrap().split('&').next().unwrap()))
}

fn get(sandbox: &Sandbox, url: &str) -> Call {
    Call::new("GET", url.strip_prefix(&sandbox.base_url()).unwrap()).end_user()
}

fn status(answer: &Answer) -> u16 {
    answer.status
}

#[test]
fn counts_an_impression_once_a_token() {
    let sandbox = start(Config::default());
    let [partner, own] = trackers(bid(&sandbox, PRODUCTION_KEY)["url"].as_str().unwrap());
    assert!(partner.contains("a%2Fb") && partner.ends_with("1+1"), "{partner}");
    for url in [&partner, &own, &own, &partner] {
        assert_eq!(get(&sandbox, url).send(&sandbox).status, 200);
    }
    let stats = sandbox.stats();
    assert_eq!((stats.pings, stats.impressions, stats.revenue_micros), (4, 1, 2350));
}

#[test]
fn takes_a_ping_for_nothing_else() {
    let sandbox = start(Config::default());
    let [_, own] = trackers(bid(&sandbox, PRODUCTION_KEY)["url"].as_str().unwrap());
    let target = own.strip_prefix(&sandbox.base_url()).unwrap();
    for method in ["HEAD", "POST"] {
        assert_eq!(Call::new(method, target).end_user().send(&sandbox).status, 405);
    }
    let astray = own.replace("tracking/view", "dsp/view");
    assert_eq!(get(&sandbox, &astray).send(&sandbox).status, 404);
    assert_eq!(get(&sandbox, &own).send(&sandbox).status, 200);
    assert_eq!((sandbox.stats().pings, sandbox.stats().impressions), (1, 1));
}

#[test]
fn lets_pings_meet_faults_of_their_own() {
    let sandbox = start(Config::default());
    let [_, own] = trackers(bid(&sandbox, PRODUCTION_KEY)["url"].as_str().unwrap());
    let ping = || get(&sandbox, &own).send(&sandbox);
    for (fault, status) in [("400", 400), ("500", 500), ("redirect", 302)] {
        sandbox.inject_pings(fault.parse().unwrap(), Some(1));
        assert_eq!(ping().status, status);
    }
    assert_eq!((sandbox.stats().pings, sandbox.stats().redirect_followed), (0, 0));
    assert_eq!(ping().status, 200);
    sandbox.inject_pings("refuse=1".parse().unwrap(), None);
    assert!(crate::client::connect(&sandbox).is_err());
    sandbox.clear_faults();
    sandbox.inject_pings("hang".parse().unwrap(), Some(1));
    let mut stream = crate::client::connect(&sandbox).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_millis(80))).unwrap();
    std::io::Write::write_all(&mut stream, &get(&sandbox, &own).bytes(&sandbox, "close")).unwrap();
    assert!(std::io::Read::read(&mut stream, &mut [0; 1]).is_err(), "a ping that times out");
    assert_eq!(sandbox.stats().pings, 1);
}

#[test]
fn pays_nothing_for_staging() {
    let sandbox = start(Config::default());
    let [_, own] = trackers(bid(&sandbox, STAGING_KEY)["url"].as_str().unwrap());
    assert_eq!(get(&sandbox, &own).send(&sandbox).status, 200);
    assert_eq!((sandbox.stats().impressions, sandbox.stats().revenue_micros), (1, 0));
}

#[test]
fn refuses_pings_without_an_end_user_or_a_known_token() {
    let sandbox = start(Config::default());
    let [partner, own] = trackers(bid(&sandbox, PRODUCTION_KEY)["url"].as_str().unwrap());
    for missing in ["user-agent", "x-forwarded-for"] {
        assert_eq!(get(&sandbox, &own).without(missing).send(&sandbox).status, 400, "{missing}");
    }
    let twice_decoded = decode(&partner);
    for url in [format!("{own}x"), twice_decoded, own.replace("tracking/view", "dsp/view")] {
        assert_eq!(get(&sandbox, &url).send(&sandbox).status, 404, "{url}");
    }
    assert_eq!(sandbox.stats().pings, 0);
    let direct = start(Config { direct: true, ..Config::default() });
    let [_, own] = trackers(bid(&direct, PRODUCTION_KEY)["url"].as_str().unwrap());
    assert_eq!(get(&direct, &own).without("x-forwarded-for").send(&direct).status, 200);
    assert_eq!(get(&direct, &own).without("user-agent").send(&direct).status, 400);
}

#[test]
fn redirects_clicks_and_counts_each() {
    let sandbox = start(Config::default());
    let url = bid(&sandbox, PRODUCTION_KEY)["url"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let answer = get(&sandbox, &url).send(&sandbox);
        assert_eq!(answer.status, 302);
        assert!(
            answer
                .field("location")
                .unwrap()
                .ends_with("/sandbox/landing?advertiser=boilwell.example")
        );
    }
    assert_eq!(get(&sandbox, url.split('&').next().unwrap()).send(&sandbox).status, 404);
    assert_eq!(sandbox.stats().clicks, 2);
}

#[test]
fn counts_a_tap_on_a_prompt_once_by_either_method() {
    let sandbox = start(Config::default());
    let opener = json!({"userId": "u", "request_type": "opener"});
    let prompt =
        Call::ssp(PRODUCTION_KEY, &opener).send(&sandbox).json()["data"]["bids"][0].clone();
    let url = prompt["sponsored_prompt_click_url"].as_str().unwrap();
    let target = url.strip_prefix(&sandbox.base_url()).unwrap();
    assert_eq!(
        ["POST", "GET"].map(|method| status(&Call::new(method, target).send(&sandbox))),
        [200, 200]
    );
    assert_eq!(get(&sandbox, prompt["view_url"].as_str().unwrap()).send(&sandbox).status, 200);
    let stats = sandbox.stats();
    assert_eq!((stats.prompt_clicks, stats.impressions, stats.clicks), (1, 1, 0));
}

#[test]
fn puts_trackers_where_the_switch_says() {
    for (trackers_in, top, query) in [
        (TrackersIn::Query, false, true),
        (TrackersIn::TopLevel, true, false),
        (TrackersIn::Both, true, true),
    ] {
        let bid = bid(&start(Config { trackers_in, ..Config::default() }), STAGING_KEY);
        assert_eq!(bid.get("view_url").is_some(), top);
        assert_eq!(bid["url"].as_str().unwrap().contains("thrad_view_url="), query);
    }
}

#[test]
fn points_trackers_where_the_caller_found_it() {
    let sandbox = start(Config::default());
    let call = Call::ssp(STAGING_KEY, &chat("c", 1, "kettle"));
    let sent = call.bytes(&sandbox, "close");
    let host = authority(&sandbox);
    let forwarded = String::from_utf8(sent).unwrap().replace(&host, "10.0.2.2:9000");
    let mut stream = crate::client::connect(&sandbox).unwrap();
    std::io::Write::write_all(&mut stream, forwarded.as_bytes()).unwrap();
    let mut all = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut all).unwrap();
    let url = Answer::parse(&all).0.json()["data"]["bid"]["url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http://10.0.2.2:9000/")
            && trackers(&url)[1].starts_with("http://10.0.2.2:9000/")
    );
}
