//! What a log at its most talkative must not hold (wire contract case T19).

use std::fmt::{self, Write};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Role,
};
use thrads_sandbox::{Fault, STAGING_KEY, Sandbox, Shape};
use thrads_std::{Chat, Options, Outcome, Thrads};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::talk::generous;

/// Everything that tracing and log were told, by any test of this process.
static LOG: LazyLock<Mutex<String>> = LazyLock::new(Mutex::default);

/// Words that no other case uses, so that nothing else explains them.
const PERSON: &str = "person-9be2";
const CHAT: &str = "chat-51c0";
const ADDRESS: &str = "198.51.100.93";
const AGENT: &str = "Lounge/7.3";
const SAID: &str = "Periwinkle umbrellas for giraffes";
const ANSWERED: &str = "Zeppelin quartz";

struct Collector;

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut log = LOG.lock().unwrap();
        log.push_str(span.metadata().name());
        span.record(&mut Words(&mut log));
        log.push('\n');
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Words(&mut LOG.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut log = LOG.lock().unwrap();
        let _ = write!(log, "{} {}", event.metadata().level(), event.metadata().target());
        event.record(&mut Words(&mut log));
        log.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(LOG.lock().unwrap(), "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

fn listen() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Collector).unwrap();
        log::set_boxed_logger(Box::new(Collector)).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

fn chat(sandbox: &Sandbox) -> Chat {
    let publisher = Publisher {
        key: ApiKey::new(STAGING_KEY).unwrap(),
        environment: Environment::Staging,
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
    };
    let options = Options { timeout: Duration::from_millis(600), ..Options::default() };
    Thrads::new(publisher, options).unwrap().chat(Family::Ssp, Policy::device(0, 0))
}

fn person() -> EndUser<'static> {
    EndUser::forwarded(ADDRESS, AGENT).unwrap()
}

async fn ask(chat: &mut Chat) -> Outcome {
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [said(Role::User, SAID), said(Role::Assistant, ANSWERED)];
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual(PERSON, CHAT, conversation, person()).unwrap();
    chat.ask(Call::Bid(bid)).await
}

fn assert_quiet() {
    let log = LOG.lock().unwrap();
    for secret in [STAGING_KEY, PERSON, CHAT, ADDRESS, AGENT]
        .into_iter()
        .chain(SAID.split(' ').filter(|word| word.len() > 3))
        .chain(ANSWERED.split(' '))
    {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn a_log_at_trace_holds_neither_key_nor_person_nor_words() {
    listen();
    let sandbox = generous();
    let mut chat = chat(&sandbox);
    let Outcome::Ad(served) = ask(&mut chat).await else { panic!("no ad") };
    for offer in served.offers {
        chat.thrads().report(offer.impression, person()).await;
    }
    let status = |code, shape| Fault::Status { code, shape: Some(shape), retry_after: None };
    for fault in [
        status(401, Shape::Ssp),
        status(422, Shape::DetailList),
        status(503, Shape::Html),
        Fault::Html,
        Fault::TruncatedJson,
        Fault::WrongLength(9),
        Fault::Hang,
        Fault::Redirect,
    ] {
        sandbox.inject(fault, Some(1));
        // Each at a publisher's first call: after a few failures in a row there would be no other.
        let mut chat = self::chat(&sandbox);
        assert_eq!(ask(&mut chat).await.code(), "failed", "{fault}");
    }
    sandbox.inject(Fault::Refuse(Duration::from_secs(60)), Some(1));
    assert_eq!(ask(&mut self::chat(&sandbox)).await.code(), "failed");
    sandbox.clear_faults();
    let Outcome::Ad(mut served) = ask(&mut chat).await else { panic!("no ad") };
    sandbox.inject_pings(status(500, Shape::Html), None);
    let impression = served.offers.remove(0).impression;
    assert_eq!(chat.thrads().report(impression, person()).await.failed, 2);
    assert!(LOG.lock().unwrap().contains("thrads_std"), "nothing was collected");
    assert_quiet();
    let shown = format!("{chat:?} {:?} {:?}", chat.thrads(), chat.explained());
    assert!(!shown.contains(STAGING_KEY) && !shown.contains(SAID), "{shown}");
}

// The platform's 422 may repeat what it was sent; what it says is for the caller, not for the log.
#[tokio::test]
async fn a_refusal_that_quotes_the_person_is_not_logged() {
    listen();
    let quote = format!(
        r#"{{"detail":[{{"type":"x","loc":["body","{PERSON}"],"msg":"{SAID} {STAGING_KEY}","input":"{ANSWERED}"}}]}}"#
    );
    let server = crate::raw::Raw::start([crate::raw::Answer::kept(crate::raw::answer(
        "422 Unprocessable",
        &quote,
    ))]);
    let publisher = Publisher {
        key: ApiKey::new(STAGING_KEY).unwrap(),
        environment: Environment::Staging,
        endpoints: Endpoints::at(BaseUrl::new(&server.base()).unwrap()),
    };
    let thrads = Thrads::new(publisher, Options::default()).unwrap();
    let outcome = ask(&mut thrads.chat(Family::Ssp, Policy::device(0, 0))).await;
    assert_eq!(outcome.code(), "failed");
    assert_quiet();
}
