//! A publisher at a sandbox, and what is said in the cases.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use thrads_core::{
    ApiKey, BaseUrl, BidConfig, BidRequest, Call, Conversation, EndUser, Endpoints, Environment,
    Family, Message, Policy, Publisher, Role,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox};
use thrads_std::{Chat, Options, Outcome, Thrads};

/// A sandbox that has an ad for everything and whose limit nobody reaches, with request ids that no other has.
pub(crate) fn generous() -> Sandbox {
    static SEED: AtomicU64 = AtomicU64::new(0);
    crate::listen::listen();
    let seed = SEED.fetch_add(1_000_003, Ordering::Relaxed);
    let config = Config { always_match: true, limit: PLENTY, seed, ..Config::default() };
    Sandbox::start(config).unwrap()
}

pub(crate) fn publisher(base: &str, key: &str) -> Publisher {
    Publisher {
        key: ApiKey::new(key).unwrap(),
        environment: Environment::Production,
        endpoints: Endpoints::at(BaseUrl::new(base).unwrap()),
    }
}

pub(crate) fn options() -> Options {
    Options { limit: PLENTY, timeout: Duration::from_secs(2), ..Options::default() }
}

pub(crate) fn thrads(sandbox: &Sandbox) -> Thrads {
    crate::listen::listen();
    Thrads::new(publisher(&sandbox.base_url(), PRODUCTION_KEY), options()).unwrap()
}

/// A chat that asks on every turn, and has the platform serve on every call.
pub(crate) fn chat(thrads: &Thrads) -> Chat {
    thrads.chat(Family::Ssp, Policy::device(0, 0))
}

/// Asks after one exchange.
pub(crate) async fn ask(chat: &mut Chat) -> Outcome {
    let messages = exchange(ANSWERED);
    chat.ask(call(&messages, BidConfig::default())).await
}

pub(crate) fn exchange(answer: &str) -> [Message<'_>; 2] {
    let said = |role, content| Message { role, content, timestamp: None };
    [said(Role::User, SAID), said(Role::Assistant, answer)]
}

pub(crate) fn call<'a>(messages: &'a [Message<'a>], config: BidConfig<'a>) -> Call<'a> {
    let conversation = Conversation::new(messages).unwrap();
    let bid = BidRequest::contextual(PERSON, CHAT, conversation, person()).unwrap();
    Call::Bid(bid.config(config))
}

pub(crate) fn person() -> EndUser<'static> {
    EndUser::forwarded(ADDRESS, AGENT).unwrap()
}

/// A future that is polled so often and then given up; whether it ended.
pub(crate) struct Polls<F>(pub(crate) F, pub(crate) usize);

impl<F: Future + Unpin> Future for Polls<F> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let Self(future, left) = &mut *self;
        if *left == 0 {
            return Poll::Ready(false);
        }
        *left -= 1;
        let polled = Pin::new(future).poll(context).map(|_| true);
        if polled.is_pending() && *left == 0 {
            return Poll::Ready(false);
        }
        polled
    }
}

pub(crate) const PLENTY: u32 = 100_000;
/// Words that nothing else uses, so that nothing else explains them in a log.
pub(crate) const PERSON: &str = "person-9be2";
pub(crate) const CHAT: &str = "chat-51c0";
pub(crate) const ADDRESS: &str = "198.51.100.93";
pub(crate) const AGENT: &str = "Lounge/7.3";
pub(crate) const SAID: &str = "Periwinkle umbrellas for giraffes";
pub(crate) const ANSWERED: &str = "Zeppelin quartz, as tall as three doors. Marzipan handles?";
