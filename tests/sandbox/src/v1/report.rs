//! E3, `POST /api/v1/prompt/click/` (wire contract 2.4), and E4, `POST /api/v1/prompt/feedback/`
//! (2.5): what became of a sponsored prompt. Neither asks for a key; the token or id is the proof.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde_json::{Map, Value, json};

use super::{Read, read};
use crate::json::Style;
use crate::reply::{self, Family};
use crate::stats::Stats;
use crate::tracking::{self, Kind};
use crate::validate::{Extra, Fields};
use crate::world::Shared;

/// E3: counts a click, once a token.
pub(crate) async fn click(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let count = |stats: &mut Stats| stats.prompt_clicks += 1;
    answer(&shared, &headers, &body, read_click, &Kind::V1Click, count)
}

/// E4: counts a report, once a prompt.
pub(crate) async fn feedback(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let count = |stats: &mut Stats| stats.feedback += 1;
    answer(&shared, &headers, &body, read_feedback, &Kind::Feedback, count)
}

fn answer(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
    read_name: impl FnOnce(&Map<String, Value>) -> Read<String>,
    kind: &Kind,
    count: impl FnOnce(&mut Stats),
) -> Response<Body> {
    let since = Instant::now();
    let mut world = shared.world();
    let name = match read(&mut world, headers, body, read_name) {
        Ok(name) => name,
        Err(refusal) => return *refusal,
    };
    let first = tracking::used(&mut world, &name, kind);
    let stamp = world.stamp(Family::V1, since);
    match first {
        None => reply::error(Family::V1, &stamp, 404, "Unknown token or prompt"),
        Some(first) => {
            if first {
                count(&mut world.stats);
            }
            reply::v1_success(&stamp, "Recorded", json!({}), Style::Utf8)
        }
    }
}

fn read_click(map: &Map<String, Value>) -> Read<String> {
    let mut fields = Fields::new(map, &[json!("body")]);
    let token = fields.text("token", 0, usize::MAX).map(str::to_owned);
    named(token, fields)
}

fn read_feedback(map: &Map<String, Value>) -> Read<String> {
    let mut fields = Fields::new(map, &[json!("body")]);
    let id = fields.text("sponsored_prompt_id", 0, usize::MAX).map(str::to_owned);
    for name in ["clicked", "is_sponsor_mentioned"] {
        if fields.required(name).is_some() {
            fields.boolean(name, false);
        }
    }
    if fields.required("number_follow_ups").is_some() {
        fields.integer("number_follow_ups", i64::MIN, i64::MAX, false);
    }
    fields.text("summary", 0, usize::MAX);
    named(id, fields)
}

fn named(name: Option<String>, fields: Fields<'_>) -> Read<String> {
    let issues = fields.finish(Extra::Forbidden);
    name.filter(|_| issues.is_empty()).ok_or(issues)
}

#[cfg(test)]
mod tests {
    use super::super::call::issues;
    use super::*;

    #[test]
    fn wants_all_of_the_report_and_nothing_else() {
        let found = issues("{}", read_feedback);
        assert!(found.len() == 5 && found.iter().all(|(kind, ..)| *kind == "missing"));
        let body = r#"{"sponsored_prompt_id":"s","clicked":1,"number_follow_ups":2.5,
            "is_sponsor_mentioned":"maybe","summary":null,"token":"t"}"#;
        let kinds: Vec<_> = issues(body, read_feedback).iter().map(|(kind, ..)| *kind).collect();
        assert_eq!(kinds, ["bool_parsing", "int_from_float", "string_type", "extra_forbidden"]);
        let found = issues(r#"{"sponsored_prompt_id":"s"}"#, read_click);
        assert_eq!(found.len(), 2);
    }
}
