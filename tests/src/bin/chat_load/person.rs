//! A person who talks, reads, looks, and goes on until the door is shut.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// What all of them share.
pub(crate) struct Shared {
    client: reqwest::Client,
    page: String,
    is_ending: AtomicBool,
    tally: Mutex<Tally>,
}

/// What became of everything.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    /// Milliseconds until the first word, of each turn.
    pub(crate) first_word: Vec<f64>,
    /// Milliseconds until the server said that it had heard of a card seen.
    pub(crate) told: Vec<f64>,
    /// Turns that were answered to the end.
    pub(crate) whole: u64,
    /// Turns that began and were cut off.
    pub(crate) cut: u64,
    /// Requests that failed while the server was not told to end.
    pub(crate) failed: u64,
    pub(crate) cards: u64,
    /// Impressions that the server accepted.
    pub(crate) accepted: u64,
}

impl Shared {
    pub(crate) fn new(client: reqwest::Client, page: String) -> Self {
        Self { client, page, is_ending: AtomicBool::new(false), tally: Mutex::default() }
    }

    /// From now on a closed door is no failure.
    pub(crate) fn begin_to_end(&self) {
        self.is_ending.store(true, Relaxed);
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lines of the server's metrics that begin with `name`.
    pub(crate) async fn metrics(&self, name: &str) -> Vec<String> {
        let answer = self.client.get(format!("{}/metrics", self.page)).send().await;
        let text = match answer {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    }

    fn count(&self, count: impl FnOnce(&mut Tally)) {
        count(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn fail(&self) {
        if !self.is_ending.load(Relaxed) {
            self.count(|tally| tally.failed += 1);
        }
    }

    async fn post(&self, path: &str, cookie: &str, body: &Value) -> Option<reqwest::Response> {
        let request = self.client.post(format!("{}{path}", self.page)).header("cookie", cookie);
        let request =
            request.header("content-type", "application/json").header("user-agent", "Load/1.0");
        let answer = request.body(body.to_string()).send().await;
        if answer.is_err() {
            self.fail();
        }
        answer.ok()
    }
}

/// Comes in some time within the first three seconds, as people do.
pub(crate) async fn talk(shared: Arc<Shared>, number: u64) {
    sleep(Duration::from_millis(number * 3 % 3000)).await;
    let Some(cookie) = open(&shared).await else { return shared.fail() };
    for turn in number.. {
        let question = QUESTIONS[turn as usize % QUESTIONS.len()];
        let Some(token) = ask(&shared, &cookie, question).await else { return };
        sleep(Duration::from_millis(1000)).await;
        if let Some(token) = token {
            tell(&shared, &cookie, &token).await;
        }
        sleep(Duration::from_millis(500 + turn * 37 % 1000)).await;
    }
}

async fn open(shared: &Shared) -> Option<String> {
    let page = shared.client.get(&shared.page).send().await.ok()?;
    let cookie = page.headers().get("set-cookie")?.to_str().ok()?;
    Some(cookie.split(';').next()?.to_owned())
}

/// A turn, and the token of the card that came with it, if one did. `None` where the door is shut.
async fn ask(shared: &Shared, cookie: &str, question: &str) -> Option<Option<String>> {
    let start = Instant::now();
    let mut answer = shared.post("/api/say", cookie, &json!({ "text": question })).await?;
    let (mut text, mut is_first) = (Vec::new(), true);
    while let Ok(Some(chunk)) = answer.chunk().await {
        if std::mem::take(&mut is_first) {
            let waited = start.elapsed().as_secs_f64() * 1e3;
            shared.count(|tally| tally.first_word.push(waited));
        }
        text.extend_from_slice(&chunk);
    }
    let lines = text.split(|byte| *byte == b'\n');
    let events: Vec<Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let is_whole = events.iter().any(|event| event["type"] == "done");
    let card = events.iter().find(|event| event["type"] == "card");
    shared.count(|tally| {
        tally.whole += u64::from(is_whole);
        tally.cut += u64::from(!is_whole);
        tally.cards += u64::from(card.is_some());
    });
    Some(card.and_then(|event| event["card"]["seen"].as_str().map(str::to_owned)))
}

async fn tell(shared: &Shared, cookie: &str, token: &str) {
    let start = Instant::now();
    let Some(answer) = shared.post("/api/seen", cookie, &json!({ "token": token })).await else {
        return;
    };
    let waited = start.elapsed().as_secs_f64() * 1e3;
    shared.count(|tally| {
        tally.told.push(waited);
        tally.accepted += u64::from(answer.status() == 204);
    });
}

const QUESTIONS: [&str; 5] = [
    "My old kettle leaks. What should I look for?",
    "Which coffee beans would you take?",
    "I need boots for hiking in wet weather.",
    "A rain jacket that fits into a small bag?",
    "When do you close today?",
];
