//! E1, `POST /api/v1/prompt/get-ad/`: the sponsored prompt of wire contract 2.2.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::{Call, Pace, read_content};
use super::{Endpoint, Read};
use crate::config::Config;
use crate::inventory::{Question, inventory};
use crate::issuer::Issuer;
use crate::switches::V1Tracking;
use crate::validate::{Extra, Fields};
use crate::world::Shared;

/// Answers one call.
pub(crate) async fn get_ad(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let prompts = Endpoint {
        name: "prompt",
        ads: &inventory().prompts,
        common: |ad: &Question| &ad.common,
        read: read_call,
    };
    let how = shared.config.v1_tracking;
    prompts.answer(&shared, &headers, &body, |ad, issuer| Data::new(ad, issuer, how))
}

/// Whether a body asks for an opener; one that cannot be read does not.
pub(crate) fn is_opener(body: &Value) -> bool {
    body.is_object() && body.get("content").is_none_or(Value::is_null)
}

#[derive(Serialize)]
struct Data<'a> {
    prompt: &'a str,
    link: String,
    brand: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sponsored_prompt_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl<'a> Data<'a> {
    fn new(question: &'a Question, issuer: &mut Issuer<'_>, how: V1Tracking) -> Self {
        Self {
            prompt: &question.prompt,
            link: issuer.click(&question.common.domain),
            brand: &question.brand,
            sponsored_prompt_id: (how != V1Tracking::Click).then(|| issuer.feedback_id()),
            icon: question.common.logo_url(),
            token: (how != V1Tracking::Feedback).then(|| issuer.v1_click_token()),
        }
    }
}

fn read_call(map: &Map<String, Value>, config: &Config) -> Read<Call> {
    let mut fields = Fields::new(map, &[json!("body")]);
    if fields
        .text("country_code", 2, 2)
        .is_some_and(|code| !code.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        fields.note(
            "string_pattern_mismatch",
            "country_code",
            "String should match pattern '^[A-Za-z]{2}$'",
        );
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let user = owned(fields.optional_text("userId", usize::MAX));
    let chat = owned(fields.optional_text("chatId", usize::MAX));
    let content = read_content(&mut fields, false);
    for name in ["region", "city", "os"] {
        fields.optional_text(name, usize::MAX);
    }
    let pace = Pace::read(&mut fields, config.offset_mode);
    let issues = fields.finish(Extra::Forbidden);
    if issues.is_empty() { Ok(Call { user, chat, content, pace }) } else { Err(issues) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(body: &str) -> Vec<(&'static str, Value, String)> {
        super::super::call::issues(body, |map| read_call(map, &Config::default()))
    }

    #[test]
    fn lists_every_problem_at_once() {
        assert_eq!(issues(r#"{"force":[],"content":{"user":""},"userRegion":"US"}"#).len(), 5);
    }
}
