//! E1, `POST /api/v1/prompt/get-ad/`: the sponsored prompt of wire contract 2.2.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::config::{Config, NoAdData, OffsetMode};
use crate::headers::{Key, base_url, key, text};
use crate::inventory::{Exchange, Matching, Question, choose, inventory};
use crate::json::Style;
use crate::pacing::V1Rule;
use crate::reply::{self, Family, Served, Stamp};
use crate::tracking::Issuer;
use crate::validate::{self, Extra, Fields, Issue};
use crate::world::{Shared, World};

/// Answers one call.
pub(crate) async fn get_ad(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let since = Instant::now();
    let mut world = shared.world();
    let Some(key) = key(&shared.config, Family::V1, &headers) else {
        let stamp = world.stamp(Family::V1, since);
        return reply::error(Family::V1, &stamp, 401, "Invalid API key");
    };
    if std::str::from_utf8(&body).is_err() {
        return reply::detail(400, "There was an error parsing the body");
    }
    let parsed = validate::object(&body, text(&headers, "content-type"));
    let call = match parsed.and_then(|map| Call::read(&map, shared.config.offset_mode)) {
        Ok(call) => call,
        Err(issues) => return reply::v1_invalid(&world.stamp(Family::V1, since), &issues),
    };
    let found = call.decide(&mut world, &shared.config, key);
    let stamp = world.stamp(Family::V1, since);
    match found {
        Ok(question) => {
            let data = Data::new(question, &mut world, &base_url(&headers, &shared.authority));
            ad(&stamp, &data, question.common.style())
        }
        Err(reason) => no_ad(&stamp, reason, shared.config.no_ad_data),
    }
}

/// Whether a body asks for an opener; one that cannot be read does not.
pub(crate) fn is_opener(body: &Value) -> bool {
    body.is_object() && body.get("content").is_none_or(Value::is_null)
}

struct Call {
    user: Option<String>,
    chat: Option<String>,
    /// `None` makes it an opener.
    content: Option<Exchange>,
    rule: V1Rule,
    production: bool,
}

#[derive(Serialize)]
struct Data<'a> {
    prompt: &'a str,
    link: String,
    brand: &'a str,
    sponsored_prompt_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
}

impl Call {
    fn read(map: &Map<String, Value>, mode: OffsetMode) -> Result<Self, Vec<Issue>> {
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
        let content = read_content(&mut fields);
        for name in ["region", "city", "os"] {
            fields.optional_text(name, usize::MAX);
        }
        let force = fields.boolean("force", true);
        let offset = fields.integer("conversationOffset", 0, 20, false).unwrap_or(2);
        let frequency = fields.integer("adFrequencyLimit", 0, 20, false).unwrap_or(5);
        let production = fields.boolean("production", false).unwrap_or(false);
        let issues = fields.finish(Extra::Forbidden);
        if !issues.is_empty() {
            return Err(issues);
        }
        let turns = |number| u32::try_from(number).unwrap_or_default();
        let rule = V1Rule { offset: turns(offset), frequency: turns(frequency), force, mode };
        Ok(Self { user, chat, content, rule, production })
    }

    fn decide(
        &self,
        world: &mut World,
        config: &Config,
        key: Key,
    ) -> Result<&'static Question, &'static str> {
        let Some(exchange) = &self.content else {
            return find(world, &Exchange::new("", ""), Matching::Always);
        };
        let name = self.conversation(key);
        let mut chat =
            name.as_ref().and_then(|name| world.v1_chats.get(name)).copied().unwrap_or_default();
        let test = !self.production;
        let unpaced = test && config.always_serve && self.rule.force != Some(false);
        let admitted = if unpaced { Ok(()) } else { chat.admits(self.rule) };
        let any = test || config.always_match || self.rule.force == Some(true);
        let matching = if any { Matching::Always } else { Matching::Topical };
        let found = admitted.and_then(|()| find(world, exchange, matching));
        chat.answered(found.is_ok());
        if let Some(name) = name {
            world.v1_chats.insert(name, chat);
        }
        found
    }

    // A call that names neither chat nor user is the first of a conversation nobody can go on with.
    fn conversation(&self, key: Key) -> Option<String> {
        let (kind, id) = match (&self.chat, &self.user) {
            (Some(chat), _) => ("chat", chat),
            (None, Some(user)) => ("user", user),
            (None, None) => return None,
        };
        Some(format!("{} {kind} {id}", key.name()))
    }
}

impl<'a> Data<'a> {
    fn new(question: &'a Question, world: &mut World, base: &str) -> Self {
        let link = Issuer { world, base, billable: false }.click(&question.common.domain);
        Self {
            prompt: &question.prompt,
            link,
            brand: &question.brand,
            sponsored_prompt_id: world.ids.short("spq_"),
            icon: question.common.logo_url(),
        }
    }
}

fn ad(stamp: &Stamp, data: &Data<'_>, style: Style) -> Response<Body> {
    let mut answer = reply::v1_success(stamp, "Ad served successfully", data, style);
    answer.extensions_mut().insert(Served);
    answer
}

fn no_ad(stamp: &Stamp, reason: &str, how: NoAdData) -> Response<Body> {
    let data = match how {
        NoAdData::Empty => json!({}),
        NoAdData::Null => Value::Null,
    };
    reply::v1_success(stamp, reason, data, Style::Utf8)
}

fn read_content(fields: &mut Fields<'_>) -> Option<Exchange> {
    let content = fields.optional("content")?;
    let Some(map) = content.as_object() else {
        fields.note("model_attributes_type", "content", NOT_AN_OBJECT);
        return None;
    };
    let mut inner = Fields::new(map, &fields.path("content"));
    let user = inner.text("user", 1, usize::MAX);
    let chatbot = inner.text("chatbot", 1, usize::MAX);
    fields.append(inner.finish(Extra::Forbidden));
    Some(Exchange::new(user?, chatbot?))
}

fn find(
    world: &mut World,
    exchange: &Exchange,
    matching: Matching,
) -> Result<&'static Question, &'static str> {
    let rotation = world.rotate();
    choose(inventory().prompts.iter(), |ad| &ad.common, exchange, matching, rotation)
        .ok_or("No matching product found")
}

const NOT_AN_OBJECT: &str = "Input should be a valid dictionary or object to extract fields from";

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(body: &str) -> Vec<(&'static str, Value, String)> {
        let found = validate::object(body.as_bytes(), Some("application/json"))
            .and_then(|map| Call::read(&map, OffsetMode::AfterN).map(drop))
            .expect_err(body);
        found.into_iter().map(|issue| (issue.kind, Value::Array(issue.loc), issue.msg)).collect()
    }

    #[test]
    fn words_every_row_of_the_validation_table() {
        let with = |more: &str| format!(r#"{{"country_code":"US",{more}}}"#);
        let code = |value: &str| format!(r#"{{"country_code":{value}}}"#);
        let at = json!(["body", "country_code"]);
        let rows = [
            ("{}".to_owned(), "missing", at.clone(), "Field required"),
            (code("null"), "string_type", at.clone(), "Input should be a valid string"),
            (
                code("\"U\""),
                "string_too_short",
                at.clone(),
                "String should have at least 2 characters",
            ),
            (
                code("\"USA\""),
                "string_too_long",
                at.clone(),
                "String should have at most 2 characters",
            ),
            (
                code("\"U1\""),
                "string_pattern_mismatch",
                at,
                "String should match pattern '^[A-Za-z]{2}$'",
            ),
            (
                with(r#""conversationOffset":21"#),
                "less_than_equal",
                json!(["body", "conversationOffset"]),
                "Input should be less than or equal to 20",
            ),
            (
                with(r#""adFrequencyLimit":-1"#),
                "greater_than_equal",
                json!(["body", "adFrequencyLimit"]),
                "Input should be greater than or equal to 0",
            ),
            (
                with(r#""conversationOffset":2.5"#),
                "int_from_float",
                json!(["body", "conversationOffset"]),
                "Input should be a valid integer, got a number with a fractional part",
            ),
            (
                with(r#""force":"maybe""#),
                "bool_parsing",
                json!(["body", "force"]),
                "Input should be a valid boolean, unable to interpret input",
            ),
            (
                with(r#""adFrequency":1"#),
                "extra_forbidden",
                json!(["body", "adFrequency"]),
                "Extra inputs are not permitted",
            ),
            (
                with(r#""content":{"user":"hi"}"#),
                "missing",
                json!(["body", "content", "chatbot"]),
                "Field required",
            ),
            (
                with(r#""content":{"user":"hi","chatbot":"ho","x":1}"#),
                "extra_forbidden",
                json!(["body", "content", "x"]),
                "Extra inputs are not permitted",
            ),
            (
                r#"{"country_code":"US",}"#.to_owned(),
                "json_invalid",
                json!(["body", 21]),
                "JSON decode error",
            ),
            (String::new(), "missing", json!(["body"]), "Field required"),
            ("[]".to_owned(), "model_attributes_type", json!(["body"]), NOT_AN_OBJECT),
            ("null".to_owned(), "model_attributes_type", json!(["body"]), NOT_AN_OBJECT),
        ];
        for (body, kind, loc, msg) in rows {
            assert_eq!(issues(&body), [(kind, loc, msg.to_owned())], "{body}");
        }
    }

    #[test]
    fn lists_every_problem_at_once() {
        assert_eq!(issues(r#"{"force":[],"content":{"user":""},"userRegion":"US"}"#).len(), 5);
    }
}
