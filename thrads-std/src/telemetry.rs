//! What a server's operators are told: one span and one event an ask, and metrics of the facade crate `metrics`.
//!
//! Beside `chat`. Codes, counts and the platform's request ids only: neither key nor ids of people nor a word of theirs,
//! and not the platform's words, which may repeat them.

use crate::experiment::Arm;
use crate::failure::Failure;
use crate::outcome::Outcome;
use metrics::{
    Counter, Gauge, Histogram, Label, Unit, counter, describe_counter, describe_gauge,
    describe_histogram, gauge, histogram,
};
use std::sync::OnceLock;
use std::time::Duration;
use thrads_core::{Explained, Family, Reported};
use tracing::field::Empty;
use tracing::{Span, debug, info, info_span, warn};

/// The span that an ask is in; what is not known yet is recorded by [`tell`].
pub(crate) fn span() -> Span {
    info_span!("thrads.ask", request_id = Empty, status = Empty, phase = Empty, reason = Empty)
}

/// Fills the ask's span and logs its outcome in it.
pub(crate) fn tell(span: &Span, outcome: &Outcome, explained: Option<Explained>) {
    let _inside = span.enter();
    let code = outcome.code();
    let request_id = outcome.request_id();
    if let Some(id) = request_id {
        span.record("request_id", id);
    }
    match outcome {
        Outcome::Ad(served) => {
            info!(outcome = code, ads = served.offers.len(), request_id, "asked")
        }
        Outcome::NoAd { .. } => info!(outcome = code, request_id, "asked"),
        Outcome::Held(hold) => {
            let reason = hold.reason.code();
            span.record("reason", reason);
            let why = explained.map(tracing::field::display);
            debug!(outcome = code, reason, why, "held");
        }
        Outcome::Failed(failure) => tell_failure(span, failure),
    }
}

fn tell_failure(span: &Span, failure: &Failure) {
    let (reason, phase) = (failure.code(), failure.phase().code());
    span.record("reason", reason);
    span.record("phase", phase);
    if let Some(status) = failure.status() {
        span.record("status", status);
    }
    let (host, request_id) = (failure.host(), failure.request_id());
    warn!(outcome = "failed", reason, phase, status = failure.status(), host, request_id, "asked");
}

/// Logs what came of reporting an impression.
pub(crate) fn tell_reported(reported: Reported) {
    let Reported { sent, failed, refused } = reported;
    if failed + refused > 0 {
        warn!(sent, failed, refused, "an impression was not reported to all of its trackers");
    } else {
        debug!(sent, "an impression was reported");
    }
}

/// The metrics of a publisher's chats, of one arm of an experiment or of none. They are registered with the recorder that is
/// there when they are first used.
#[derive(Debug)]
pub(crate) struct Meters {
    labels: Vec<Label>,
    handles: OnceLock<Handles>,
    /// Only where there is a fleet: without one, nothing is down.
    store_up: OnceLock<Gauge>,
}

struct Handles {
    /// By family, then by outcome.
    asks: [[Counter; OUTCOMES.len()]; FAMILIES.len()],
    seconds: Histogram,
    impressions: Counter,
    revenue: Counter,
    remaining: Gauge,
}

impl Meters {
    pub(crate) fn new(publisher: Option<&str>, arm: Option<&Arm>) -> Self {
        let label = |name, value: &str| Label::new(name, value.to_owned());
        let publisher = publisher.map(|name| label("publisher", name));
        let arm = arm.map(|arm| label("arm", arm.as_str()));
        Self {
            labels: publisher.into_iter().chain(arm).collect(),
            handles: OnceLock::new(),
            store_up: OnceLock::new(),
        }
    }

    pub(crate) fn asked(&self, family: Family, outcome: &Outcome, took: Duration) {
        let handles = self.handles();
        let by_outcome = &handles.asks[usize::from(family == Family::Ssp)];
        if let Some(at) = OUTCOMES.iter().position(|code| *code == outcome.code()) {
            by_outcome[at].increment(1);
        }
        match outcome {
            Outcome::Held(hold) => {
                counter!("thrads_holds_total", self.with(&[("reason", hold.reason.code())]))
                    .increment(1);
            }
            _ => handles.seconds.record(took),
        }
    }

    pub(crate) fn reported(&self, reported: Reported, earns_micros: u64) {
        if reported.sent > 0 {
            self.handles().impressions.increment(1);
            self.handles().revenue.increment(earns_micros);
        }
    }

    pub(crate) fn remaining(&self, requests: u32) {
        self.handles().remaining.set(requests);
    }

    /// Whether what replicas share is there.
    pub(crate) fn store_is_up(&self, is_up: bool) {
        let gauge = self.store_up.get_or_init(|| gauge!("thrads_store_up", self.with(&[])));
        gauge.set(u8::from(is_up));
    }

    /// What came of putting a chat to sleep, or of waking one.
    #[cfg(feature = "redis")]
    pub(crate) fn slept(&self, outcome: &'static str) {
        counter!("thrads_sleepers_total", self.with(&[("outcome", outcome)])).increment(1);
    }

    fn with(&self, more: &[(&'static str, &'static str)]) -> Vec<Label> {
        let more = more.iter().map(|&(name, value)| Label::from_static_parts(name, value));
        more.chain(self.labels.iter().cloned()).collect()
    }

    fn handles(&self) -> &Handles {
        self.handles.get_or_init(|| {
            describe();
            let asks = FAMILIES.map(|family| {
                OUTCOMES.map(|outcome| {
                    let labels = self.with(&[("family", family), ("outcome", outcome)]);
                    counter!("thrads_asks_total", labels)
                })
            });
            Handles {
                asks,
                seconds: histogram!("thrads_ask_duration_seconds", self.with(&[])),
                impressions: counter!("thrads_impressions_total", self.with(&[])),
                revenue: counter!("thrads_revenue_micros_total", self.with(&[])),
                remaining: gauge!("thrads_rate_remaining", self.with(&[])),
            }
        })
    }
}

impl std::fmt::Debug for Handles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handles")
    }
}

fn describe() {
    describe_counter!("thrads_asks_total", "Asks by family and outcome");
    describe_counter!("thrads_holds_total", "Asks that were held back, by reason");
    describe_histogram!("thrads_ask_duration_seconds", Unit::Seconds, "Asks that were not held");
    describe_counter!("thrads_impressions_total", "Impressions that a tracker took");
    describe_counter!(
        "thrads_revenue_micros_total",
        "What they earn, in millionths of the price's unit"
    );
    describe_counter!(
        "thrads_sleepers_total",
        "Chats put to sleep and woken in a fleet, by outcome"
    );
    describe_gauge!("thrads_store_up", "1 while Redis is there, 0 while it is not");
    describe_gauge!("thrads_rate_remaining", "Requests left this second, as the platform says");
}

const FAMILIES: [&str; 2] = ["v1", "ssp"];
const OUTCOMES: [&str; 4] = ["ad", "no_ad", "held", "failed"];
