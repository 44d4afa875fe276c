//! Reads a bid request: its members (wire contract 3.2) and `config` (3.4).
//! Members it does not know are let through, since nothing says that the SSP refuses them.

use serde_json::{Map, Value, json};

use super::messages::read_messages;
use crate::inventory::Exchange;
use crate::switches::Alternation;
use crate::validate::{Extra, Fields, Issue};

/// A bid request that may be answered.
pub(super) struct BidRequest {
    pub(super) chat: Option<String>,
    pub(super) opener: bool,
    /// Blank for an opener.
    pub(super) exchange: Exchange,
    pub(super) turn: u32,
    pub(super) ad_offset: Option<u32>,
    pub(super) max_frequency: Option<u32>,
    pub(super) image_enabled: bool,
    pub(super) force: bool,
    pub(super) production: Option<bool>,
    max_headline_chars: Option<usize>,
    formats: Vec<String>,
}

/// What this sandbox can serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Message,
    Prompt,
    Poll,
}

impl Format {
    fn named(name: &str) -> Option<Self> {
        match name {
            "sponsored_message" => Some(Self::Message),
            "sponsored_prompt" => Some(Self::Prompt),
            "sponsored_poll" => Some(Self::Poll),
            _ => None,
        }
    }
}

/// Whether a body asks for an opener, in the words of any generation (C6).
pub(crate) fn is_opener(body: &Value) -> bool {
    let says = |name: &str| body.get(name).and_then(Value::as_str);
    match says("request_type") {
        Some(kind) => kind == "opener",
        None => says("adtype") == Some("opener") || says("ad_format") == Some("sponsored_prompt"),
    }
}

impl BidRequest {
    pub(super) fn read(
        map: &Map<String, Value>,
        alternation: Alternation,
    ) -> Result<Self, Vec<Issue>> {
        let mut fields = Fields::new(map, &[json!("body")]);
        let opener = is_opener(&Value::Object(map.clone()));
        fields.text("userId", 1, usize::MAX);
        read_kind(&mut fields);
        let formats = read_formats(&mut fields, opener);
        let chat = if opener {
            fields.optional_text("chatId", usize::MAX)
        } else {
            fields.text("chatId", 1, usize::MAX)
        };
        let messages = if opener { None } else { read_messages(&mut fields, alternation) };
        let turn = fields.integer("turn_number", 0, i64::from(u32::MAX), true).and_then(whole);
        let force = fields.boolean("force", true).unwrap_or(false);
        let production = fields.boolean("production", true);
        fields.optional_text("summary", usize::MAX);
        if fields.optional("user_metadata").is_some_and(|value| !value.is_object()) {
            fields.note("dict_type", "user_metadata", NOT_AN_OBJECT);
        }
        let pacing = read_config(&mut fields);
        let issues = fields.finish(Extra::Ignored);
        if !issues.is_empty() {
            return Err(issues);
        }
        let (exchange, count) = messages.unwrap_or_else(|| (Exchange::new("", ""), 0));
        Ok(Self {
            chat: chat.map(str::to_owned),
            opener,
            exchange,
            turn: turn.unwrap_or(count / 2),
            ad_offset: pacing.ad_offset,
            max_frequency: pacing.max_frequency,
            image_enabled: pacing.image_enabled,
            force,
            production,
            max_headline_chars: pacing.max_headline_chars,
            formats,
        })
    }

    /// The formats asked for that can be served, `rotation` saying which is looked for first.
    pub(super) fn formats(&self, rotation: u64) -> impl Iterator<Item = Format> {
        let mut known: Vec<_> =
            self.formats.iter().filter_map(|name| Format::named(name)).collect();
        let first = usize::try_from(rotation % known.len().max(1) as u64).unwrap_or_default();
        known.rotate_left(first);
        known.into_iter()
    }

    pub(super) fn headline_fits(&self, headline: &str) -> bool {
        self.max_headline_chars.is_none_or(|most| headline.chars().count() <= most)
    }
}

struct AdConfig {
    ad_offset: Option<u32>,
    max_frequency: Option<u32>,
    max_headline_chars: Option<usize>,
    image_enabled: bool,
}

fn read_config(fields: &mut Fields<'_>) -> AdConfig {
    let empty = Map::new();
    let map = match fields.optional("config") {
        Some(Value::Object(map)) => map,
        Some(_) => {
            fields.note("dict_type", "config", NOT_AN_OBJECT);
            &empty
        }
        None => &empty,
    };
    let most = i64::from(u32::MAX);
    let mut inner = Fields::new(map, &fields.path("config"));
    let config = AdConfig {
        ad_offset: inner.integer("ad_offset", 0, most, true).and_then(whole),
        max_frequency: inner.integer("max_frequency", 0, most, true).and_then(whole),
        max_headline_chars: inner
            .integer("max_headline_chars", 30, most, true)
            .and_then(|n| usize::try_from(n).ok()),
        image_enabled: inner.boolean("image_enabled", true).unwrap_or(true),
    };
    inner.boolean("restricted_click_area", true);
    inner.optional_text("experiment_tag", 30);
    let issues = inner.finish(Extra::Ignored);
    fields.append(issues);
    config
}

fn read_kind(fields: &mut Fields<'_>) {
    let kind = fields.optional("request_type");
    if kind.is_some_and(|kind| !matches!(kind.as_str(), Some("contextual" | "opener"))) {
        fields.note("literal_error", "request_type", "Input should be 'contextual' or 'opener'");
    }
}

fn read_formats(fields: &mut Fields<'_>, opener: bool) -> Vec<String> {
    let old = fields.optional_text("ad_format", usize::MAX).map(str::to_owned);
    let Some(value) = fields.optional("ad_formats") else {
        let default = if opener { "sponsored_prompt" } else { "sponsored_message" };
        return vec![old.unwrap_or_else(|| default.to_owned())];
    };
    let known = |name: &&str| {
        matches!(*name, "sponsored_message" | "sponsored_prompt" | "sponsored_poll" | "carousel")
    };
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<_> =
        items.iter().filter_map(Value::as_str).filter(known).map(str::to_owned).collect();
    if names.is_empty() || names.len() != items.len() {
        let msg = "Input should be a list of 'sponsored_message', 'sponsored_prompt', 'sponsored_poll' or 'carousel'";
        fields.note("literal_error", "ad_formats", msg);
    } else if opener && names.iter().any(|name| name == "sponsored_poll") {
        fields.note("value_error", "ad_formats", "Value error, sponsored_poll is contextual only");
    }
    names
}

fn whole(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

pub(super) const NOT_AN_OBJECT: &str = "Input should be a valid dictionary";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Value) -> Result<BidRequest, Vec<&'static str>> {
        let Value::Object(map) = body else { panic!("{body}") };
        BidRequest::read(map, Alternation::Strict)
            .map_err(|issues| issues.iter().map(|issue| issue.kind).collect())
    }

    fn with_roles(roles: &[&str]) -> Result<BidRequest, Vec<&'static str>> {
        let messages: Vec<_> =
            roles.iter().map(|role| json!({"role": role, "content": "x"})).collect();
        read(&json!({"userId": "u", "chatId": "c", "messages": messages}))
    }

    #[test]
    fn wants_exchanges_that_end_with_a_reply() {
        assert_eq!(
            with_roles(&["user", "assistant", "user", "assistant"]).map(|request| request.turn),
            Ok(2)
        );
        assert_eq!(
            with_roles(&["assistant", "user", "assistant"]).map(|request| request.turn),
            Ok(1)
        );
        for roles in [&["user", "user"][..], &["assistant", "user"], &["user", "assistant", "user"]]
        {
            assert_eq!(with_roles(roles).err(), Some(vec!["value_error"]), "{roles:?}");
        }
        assert_eq!(with_roles(&["user"]).err(), Some(vec!["too_short"]));
        assert_eq!(with_roles(&["system", "user", "assistant"]).err(), Some(vec!["literal_error"]));
    }

    #[test]
    fn holds_config_to_its_limits() {
        let with = |config: Value| {
            let mut body = json!({"userId": "u", "request_type": "opener"});
            body["config"] = config;
            read(&body).map(|request| request.ad_offset)
        };
        assert_eq!(with(json!({"ad_offset": null, "max_headline_chars": 30})), Ok(None));
        assert_eq!(
            with(json!({"ad_offset": 0, "experiment_tag": "x".repeat(30), "new": 1})),
            Ok(Some(0))
        );
        assert_eq!(with(json!({"max_headline_chars": 29})), Err(vec!["greater_than_equal"]));
        assert_eq!(with(json!({"experiment_tag": "x".repeat(31)})), Err(vec!["string_too_long"]));
    }

    #[test]
    fn knows_an_opener_of_any_generation() {
        for body in [
            json!({"request_type": "opener"}),
            json!({"adtype": "opener"}),
            json!({"ad_format": "sponsored_prompt"}),
        ] {
            assert!(is_opener(&body), "{body}");
        }
        assert!(!is_opener(
            &json!({"request_type": "contextual", "ad_format": "sponsored_prompt"})
        ));
        let poll =
            json!({"userId": "u", "request_type": "opener", "ad_formats": ["sponsored_poll"]});
        assert_eq!(read(&poll).err(), Some(vec!["value_error"]));
    }
}
