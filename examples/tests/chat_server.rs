//! The chat page's server as a publisher runs it: tokens, addresses, who may look, and how it ends. The page itself is
//! tested in a browser, by `tests/browser/run.sh`.

mod http;
mod relay;

use http::{Answer, Browser};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thrads_sandbox::{Config, PRODUCTION_KEY, STAGING_KEY, Sandbox};
use thrads_tests::RedisServer;

/// A chat server in front of a sandbox that this process can look into.
struct Server {
    child: Child,
    address: String,
    lines: std::sync::mpsc::Receiver<String>,
    sandbox: Sandbox,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        Self::with_key(STAGING_KEY, options)
    }

    fn with_key(key: &str, options: &[&str]) -> Self {
        Self::launch(options, &[("THRADS_API_KEY", key)])
    }

    fn of_fleet(url: &str) -> Self {
        let environment = [("THRADS_API_KEY", STAGING_KEY), ("THRADS_REDIS_URL", url)];
        Self::launch(&["--formats", "message"], &environment)
    }

    fn launch(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(Config::default()).unwrap();
        let mut child = command(&["--listen", "127.0.0.1:0", "--word-ms", "1"])
            .args(options)
            .envs(environment.iter().copied())
            .env("THRADS_SSP_URL", sandbox.base_url())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the chat server is built");
        let (sender, lines) = std::sync::mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        let first = lines.recv_timeout(Duration::from_secs(20)).expect("it prints its address");
        let address = first.split_once("http://").unwrap().1.trim_end_matches('/').to_owned();
        Self { child, address, lines, sandbox }
    }

    fn browser(&self) -> Browser {
        Browser::open(&self.address)
    }

    /// What it says of `what` at its start.
    fn said(&self, what: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("it says more");
            if let Some(said) = line.strip_prefix(what) {
                return said.trim_start_matches([':', ' ']).to_owned();
            }
        }
    }

    fn count(&self, metric: &str) -> u64 {
        let metrics = Browser::stranger(&self.address).get("/metrics").text();
        let line = metrics.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{metric} in {metrics}")).parse().unwrap()
    }

    /// Waits until `holds`; the report of an impression goes out behind the answer to the page.
    fn until(&self, holds: impl Fn(&Sandbox) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !holds(&self.sandbox) {
            assert!(Instant::now() < deadline, "{:?}", self.sandbox.stats());
            std::thread::yield_now();
        }
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// What it said last, and its exit status.
    fn end(mut self) -> (String, Option<i32>) {
        let code = self.child.wait().unwrap().code();
        (self.lines.iter().last().unwrap_or_default(), code)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(options).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("THRADS_")) {
        command.env_remove(name);
    }
    command
}

/// The card of a turn, which a staging key always brings.
fn card(browser: &Browser) -> Value {
    let events = browser.say("I need boots for hiking.");
    let card = events.iter().find(|event| event["type"] == "card");
    card.unwrap_or_else(|| panic!("{events:?}"))["card"].clone()
}

/// The same where the key's budget may not be there yet, as in a fleet that begins.
fn card_at_last(browser: &Browser) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let events = browser.say("I need boots for hiking.");
        if let Some(event) = events.iter().find(|event| event["type"] == "card") {
            return event["card"].clone();
        }
        assert!(Instant::now() < deadline, "{events:?}");
    }
}

fn seen(browser: &Browser, token: &Value) -> u16 {
    browser.post("/api/seen", &json!({ "token": token })).status
}

#[test]
fn a_token_is_redeemed_once_by_its_own_person_and_the_rest_is_counted() {
    let server = Server::start(&["--formats", "message"]);
    let (browser, stranger) = (server.browser(), server.browser());
    let token = card(&browser)["seen"].clone();
    let text = token.as_str().unwrap();
    let turned = if text.ends_with('A') { "Q" } else { "A" };
    let forged = format!("{}{turned}", &text[..text.len() - 1]);
    assert_eq!(seen(&browser, &json!(forged)), 403);
    assert_eq!(seen(&browser, &json!("")), 403);
    assert_eq!(seen(&stranger, &token), 403);
    assert_eq!(seen(&browser, &token), 204);
    assert_eq!(seen(&browser, &token), 409);
    server.until(|sandbox| sandbox.stats().pings == 2);
    assert_eq!(seen(&browser, &token), 409);
    assert_eq!(server.sandbox.stats().impressions, 1);
    assert_eq!(server.sandbox.stats().pings, 2, "one for each of the two trackers");
    for (result, count) in [("counted", 1), ("forged", 3), ("late", 0), ("spent", 2)] {
        let metric = format!("page_impressions_total{{result=\"{result}\"}}");
        assert_eq!(server.count(&metric), count, "{result}");
    }
    assert_eq!(server.count("thrads_impressions_total"), 1);
}

#[test]
fn many_redeem_at_once_and_one_of_them_counts() {
    let server = Server::start(&["--formats", "message"]);
    let browser = server.browser();
    let token = card(&browser)["seen"].clone();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..16).map(|_| scope.spawn(|| seen(&browser, &token))).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15, "{statuses:?}");
    server.until(|sandbox| sandbox.stats().pings == 2);
    assert_eq!(server.sandbox.stats().impressions, 1);
}

#[test]
fn a_fleet_says_at_its_start_whether_redis_is_there_and_serves_without() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let alone = Server::of_fleet(&url);
    let said = alone.said("the fleet");
    assert!(said.contains("did not answer in time: look at its load"), "{said}");
    card_at_last(&alone.browser());
    let Some(redis) = RedisServer::start(&[]) else { return };
    assert_eq!(Server::of_fleet(&redis.url()).said("the fleet"), "redis is there");
}

#[test]
fn a_fleet_redeems_an_impression_once_at_any_of_its_processes() {
    let Some(mut redis) = RedisServer::start(&[]) else { return };
    let (one, other) = (Server::of_fleet(&redis.url()), Server::of_fleet(&redis.url()));
    let here = one.browser();
    let there = Browser::stranger(&other.address).with("cookie", here.cookie());
    // The card is on screen for a second before its token comes back; by then it is entered.
    let offered = |number: usize| {
        let token = card_at_last(&here)["seen"].clone();
        one.until(|_| redis.command("KEYS *:left").unwrap() == format!("*{number}"));
        token
    };

    let token = offered(1);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let browsers = [&here, &there].into_iter().cycle().take(16);
        let tries: Vec<_> = browsers.map(|browser| scope.spawn(|| seen(browser, &token))).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15, "{statuses:?}");
    one.until(|sandbox| sandbox.stats().pings == 2);

    let token = offered(2);
    assert_eq!(seen(&other.browser(), &token), 403, "it is another person's");
    assert_eq!((seen(&there, &token), seen(&here, &token), seen(&there, &token)), (204, 409, 409));
    one.until(|sandbox| sandbox.stats().pings == 4);
    assert_eq!((one.sandbox.stats().impressions, other.sandbox.stats().requests), (2, 0));

    let token = offered(3);
    redis.kill();
    assert_eq!((seen(&here, &token), seen(&there, &token)), (503, 503));
    assert_eq!(one.count("page_impressions_total{result=\"unsure\"}"), 1);
    redis.restart();
    let put_off = || match seen(&here, &token) {
        503 => false,
        status => {
            assert_eq!(status, 204);
            true
        }
    };
    one.until(|_| put_off());
    one.until(|sandbox| sandbox.stats().pings == 6);
}

#[test]
fn a_person_who_wants_no_ads_is_asked_about_no_more() {
    let server = Server::start(&["--formats", "message"]);
    let browser = server.browser();
    let wanted = |browser: &Browser| browser.get("/api/choice").json()["wanted"].clone();
    let token = card(&browser)["seen"].clone();
    assert_eq!(wanted(&browser), true);
    let no = browser.post("/api/choice", &json!({ "wanted": false }));
    assert_eq!(no.status, 204);
    let said_no = no.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let cookies = format!("{}; {said_no}", browser.cookie());
    let browser = browser.with("cookie", &cookies);
    let before = server.sandbox.stats().requests;

    assert_eq!(wanted(&browser), false);
    let events: Vec<_> =
        browser.say("And a lid?").iter().map(|event| event["type"].clone()).collect();
    assert!(events.contains(&json!("done")) && !events.contains(&json!("card")), "{events:?}");
    let types: Vec<_> = browser
        .get("/api/chat")
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].clone())
        .collect();
    assert_eq!(types, ["said", "said", "said", "said"]);
    assert_eq!(browser.post_nothing("/api/starters").json(), json!([]));
    seen(&browser, &token);
    server.until(|_| server.count("page_reports_total{result=\"untold\"}") == 1);
    assert_eq!(server.sandbox.stats().requests, before);
    assert_eq!(server.sandbox.stats().pings, 0);

    let yes = browser.post("/api/choice", &json!({ "wanted": true }));
    assert!(yes.field("set-cookie").unwrap().contains("Max-Age=0"));
    let browser = browser.with("cookie", cookies.split(';').next().unwrap());
    assert!(browser.say("Which one is quiet?").iter().any(|event| event["type"] == "card"));
}

#[test]
fn a_late_token_is_gone() {
    let server = Server::start(&["--formats", "message", "--seen-within", "1"]);
    let browser = server.browser();
    let token = card(&browser)["seen"].clone();
    // The page is given the token for as long as it is good.
    let shown = || browser.get("/api/chat").json()[2]["card"]["seen"].clone();
    assert_eq!(shown(), token);
    server.until(|_| shown().is_null());
    assert_eq!(seen(&browser, &token), 410);
    assert_eq!(server.count("page_impressions_total{result=\"late\"}"), 1);
    assert_eq!(server.sandbox.stats().pings, 0);
}

#[test]
fn the_platform_hears_the_persons_own_address_and_browser() {
    let server = Server::start(&["--formats", "message", "--trusted-proxy", "127.0.0.0/8"]);
    let browser = server.browser().with("x-forwarded-for", "6.6.6.6, 203.0.113.7, 127.0.0.9");
    let token = card(&browser)["seen"].clone();
    assert_eq!(seen(&browser, &token), 204);
    server.until(|sandbox| sandbox.stats().pings == 2);
    let log = server.sandbox.log();
    let of =
        |path: &str| log.iter().filter(|seen| seen.target.starts_with(path)).collect::<Vec<_>>();
    let asked = of("/api/v1/ssp/bid-request");
    let pings = [of("/api/v1/tracking/view"), of("/api/v1/dsp/view")].concat();
    assert_eq!((asked.len(), pings.len()), (1, 2));
    for request in asked.iter().chain(&pings) {
        let field = |name: &str| {
            let found = request.headers.iter().find(|(field, _)| field == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(field("x-forwarded-for"), Some("203.0.113.7"), "{}", request.target);
        assert_eq!(field("user-agent"), Some(http::USER_AGENT), "{}", request.target);
        assert_eq!(field("cookie"), None);
        assert_eq!(
            field("thrad-api-key").is_some(),
            request.method == "POST",
            "{}",
            request.target
        );
    }
    let body = String::from_utf8_lossy(&asked[0].body);
    let cookie = browser.cookie().split_once('=').unwrap().1.to_owned();
    assert!(body.contains("\"user_") && !body.contains(&cookie), "{body}");
}

#[test]
fn an_address_that_nobody_vouches_for_is_not_believed() {
    let server = Server::start(&["--formats", "message"]);
    let browser = server.browser().with("x-forwarded-for", "203.0.113.7");
    card(&browser);
    let log = server.sandbox.log();
    let field = log[0].headers.iter().find(|(name, _)| name == "x-forwarded-for");
    assert_eq!(field.map(|(_, value)| value.as_str()), Some("127.0.0.1"));
}

#[test]
fn without_an_address_or_a_browser_the_chat_goes_on_without_ads() {
    let server = Server::start(&["--trusted-proxy", "127.0.0.0/8"]);
    let hidden = server.browser().with("x-forwarded-for", "unknown");
    let nameless = server.browser().with("user-agent", "");
    for browser in [hidden, nameless] {
        let events = browser.say("My kettle leaks.");
        assert_eq!(events.last().unwrap()["type"], "done");
    }
    assert_eq!(server.sandbox.stats().requests, 0);
    assert_eq!(server.count("page_asks_total{outcome=\"nobody\"}"), 2);
}

#[test]
fn operators_look_from_where_they_may_and_machines_from_anywhere() {
    let server = Server::start(&[]);
    let stranger = Browser::stranger(&server.address);
    assert_eq!(stranger.get("/operator").status, 200);
    for path in ["/operator", "/operator/state", "/metrics"] {
        let proxied = Browser::stranger(&server.address).with("x-forwarded-for", "127.0.0.1");
        assert_eq!(proxied.get(path).status, 404, "{path}");
    }
    assert_eq!(
        (stranger.get("/healthz").text(), stranger.get("/readyz").text()),
        ("ok\n".into(), "ready\n".into())
    );
    let elsewhere = Server::start(&["--operator", "192.0.2.0/24", "--trusted-proxy", "127.0.0.1"]);
    let from = |address: &'static str| {
        Browser::stranger(&elsewhere.address).with("x-forwarded-for", address)
    };
    assert_eq!(from("192.0.2.9").get("/metrics").status, 200);
    assert_eq!(from("127.0.0.1, 198.51.100.1").get("/metrics").status, 404);
    assert_eq!(stranger.get("/api/chat").status, 403, "only the page gives cookies out");
}

#[test]
fn every_answer_carries_the_rules_and_none_the_key() {
    let server = Server::start(&[]);
    let browser = server.browser();
    let paths = [
        "/",
        "/page.js",
        "/cards.js",
        "/view.js",
        "/page.css",
        "/icon.svg",
        "/operator",
        "/operator/state",
        "/api/chat",
        "/nowhere",
    ];
    let mut answers: Vec<Answer> = paths.iter().map(|path| browser.get(path)).collect();
    answers.push(browser.post("/api/say", &json!({"text": "My kettle leaks."})));
    answers.push(browser.post("/api/say", &json!({"text": " "})));
    answers.push(browser.post("/api/seen", &json!({"token": "x"})));
    for answer in &answers {
        let policy = answer.field("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!answer.text().contains(STAGING_KEY));
    }
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses[9..], [404, 200, 422, 403]);
    assert!(answers[0].field("set-cookie").is_none(), "this browser has its cookie");
}

#[test]
fn the_decisions_are_explained_without_a_word_of_the_chat() {
    let server = Server::with_key(PRODUCTION_KEY, &[]);
    let browser = server.browser();
    server.sandbox.inject("500".parse().unwrap(), Some(1));
    browser.say("My xylophone leaks.");
    browser.say("When do you close, xylophone?");
    let state = browser.get("/operator/state");
    let decisions = state.json()["decisions"].clone();
    let outcomes: Vec<_> =
        decisions.as_array().unwrap().iter().map(|decision| &decision["outcome"]).collect();
    assert_eq!(outcomes, ["no_ad", "failed"]);
    assert!(decisions[1]["detail"].as_str().unwrap().contains("500"), "{decisions}");
    assert!(!state.text().contains("xylophone"));
}

#[test]
fn sigterm_finishes_what_is_under_way() {
    let server = Server::start(&["--formats", "message", "--word-ms", "60", "--drain", "20"]);
    let (browser, other) = (server.browser(), server.browser());
    let token = card(&other)["seen"].clone();
    let mut events = browser.begin("I need boots for hiking.");
    assert_eq!(events.next().unwrap()["type"], "words");
    assert_eq!(seen(&other, &token), 204);
    server.terminate();
    let rest: Vec<Value> = events.collect();
    let kinds: Vec<_> = rest.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"done"), "{kinds:?}");
    server.until(|sandbox| sandbox.stats().pings == 2);
    let (last, code) = server.end();
    assert_eq!(code, Some(0), "{last}");
    assert!(last.ends_with("2 of 2 turns ended, 1 of 1 impressions told"), "{last}");
}

#[test]
fn what_does_not_end_in_time_is_cut_off_and_said_so() {
    let server = Server::start(&["--word-ms", "1000", "--drain", "1"]);
    let browser = server.browser();
    let mut events = browser.begin("I need boots for hiking.");
    assert_eq!(events.next().unwrap()["type"], "words");
    let start = Instant::now();
    server.terminate();
    let (last, code) = server.end();
    assert_eq!(code, Some(1), "{last}");
    assert!(last.starts_with("cut off in 1.") && last.contains("0 of 1 turns"), "{last}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_bad_option_is_one_line_and_status_two() {
    type Environment<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&[&str], Environment<'_>); 5] = [
        (&["--frobnicate"], &[]),
        (&["--listen", "nowhere"], &[]),
        (&["--listen", "192.0.2.1:1"], &[]),
        (&[], &[("THRADS_API_KEY", "k"), ("THRADS_SSP_URL", "http://shop.example")]),
        (&[], &[("THRADS_API_KEY_FILE", "/nowhere/at/all")]),
    ];
    for (options, environment) in cases {
        let output = command(options).envs(environment.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?} {environment:?}");
        let problem = String::from_utf8(output.stderr).unwrap();
        assert_eq!(problem.lines().count(), 1, "{problem}");
        assert!(problem.starts_with("chat-server: "), "{problem}");
        assert!(output.stdout.is_empty());
    }
}
