//! Metrics, and experiments as a label of them.

use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use thrads_core::{BidConfig, Family, Policy};
use thrads_sandbox::{Fault, STAGING_KEY};
use thrads_std::{Experiment, Outcome};

use crate::rig::{
    ADDRESS, AGENT, ANSWERED, CHAT, PERSON, ask, call, chat, exchange, generous, person, publisher,
    thrads,
};

/// Runs `work` where metrics are recorded; what they said, a line each.
fn recorded<F: Future>(work: impl FnOnce() -> F) -> Vec<String> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || runtime.block_on(work()));
    lines(&snapshotter)
}

fn lines(snapshotter: &Snapshotter) -> Vec<String> {
    let mut lines: Vec<_> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .filter_map(|(key, _, _, value)| {
            let (kind, key) = key.into_parts();
            let labels: Vec<_> =
                key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let value = match value {
                DebugValue::Counter(0) => return None,
                DebugValue::Counter(count) => count.to_string(),
                DebugValue::Gauge(value) => value.to_string(),
                DebugValue::Histogram(values) => format!("{} values", values.len()),
            };
            assert_eq!(kind == MetricKind::Counter, key.name().ends_with("_total"));
            Some(format!("{}{{{}}} {value}", key.name(), labels.join(",")))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn what_happened_is_counted_by_family_and_outcome() {
    let sandbox = generous();
    let lines = recorded(|| async {
        let thrads = thrads(&sandbox);
        let Outcome::Ad(mut served) = ask(&mut chat(&thrads)).await else { panic!("no ad") };
        thrads.report(served.offers.remove(0).impression, person()).await;
        sandbox.inject(Fault::Html, Some(1));
        ask(&mut chat(&thrads)).await;
        ask(&mut thrads.chat(Family::Ssp, Policy::device(9, 0))).await;
    });
    let earned = sandbox.stats().revenue_micros;
    let expected = [
        "thrads_ask_duration_seconds{} 2 values".to_owned(),
        "thrads_asks_total{family=ssp,outcome=ad} 1".to_owned(),
        "thrads_asks_total{family=ssp,outcome=failed} 1".to_owned(),
        "thrads_asks_total{family=ssp,outcome=held} 1".to_owned(),
        "thrads_holds_total{reason=offset} 1".to_owned(),
        "thrads_impressions_total{} 1".to_owned(),
        "thrads_rate_remaining{} 99998".to_owned(),
        format!("thrads_revenue_micros_total{{}} {earned}"),
    ];
    assert!(earned > 0);
    assert_eq!(lines, expected);
}

#[test]
fn publishers_and_arms_are_labels_and_people_are_not() {
    let sandbox = generous();
    let experiment = Experiment::new(["control", "early-ads"]).unwrap();
    let lines = recorded(|| async {
        let club = thrads(&sandbox).with_key(publisher(&sandbox.base_url(), STAGING_KEY), "club");
        for user in ["user-0", "user-2", "user-3"] {
            let arm = experiment.arm(user);
            let messages = exchange(ANSWERED);
            let call = call(&messages, arm.tag(BidConfig::default()));
            assert_eq!(chat(&club).in_arm(&arm).ask(call).await.code(), "ad");
        }
    });
    let asks: Vec<_> = lines.iter().filter(|line| line.starts_with("thrads_asks")).collect();
    assert_eq!(
        asks,
        [
            "thrads_asks_total{family=ssp,outcome=ad,publisher=club,arm=control} 2",
            "thrads_asks_total{family=ssp,outcome=ad,publisher=club,arm=early-ads} 1",
        ]
    );
    let all = lines.join("\n");
    for secret in [PERSON, CHAT, ADDRESS, AGENT, "user-", STAGING_KEY] {
        assert!(!all.contains(secret), "{all}");
    }
    let tags: Vec<_> = sandbox
        .log()
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).contains(r#""early-ads""#))
        .collect();
    assert_eq!(tags.iter().filter(|is_early| **is_early).count(), 1, "{tags:?}");
}
