//! Reads the messages of a bid request (wire contract 3.3).

use serde_json::{Value, json};

use super::request::NOT_AN_OBJECT;
use crate::inventory::Exchange;
use crate::switches::Alternation;
use crate::validate::{Extra, Fields, Issue};

/// The latest exchange, and how many messages there are.
pub(super) fn read_messages(
    fields: &mut Fields<'_>,
    alternation: Alternation,
) -> Option<(Exchange, u32)> {
    let value = fields.required("messages")?;
    let Some(items) = value.as_array() else {
        fields.note("list_type", "messages", "Input should be a valid list");
        return None;
    };
    let least = if alternation == Alternation::Strict { 2 } else { 1 };
    if items.len() < least {
        let many = if least == 1 { "item" } else { "items" };
        let count = items.len();
        let msg = format!("List should have at least {least} {many} after validation, not {count}");
        fields.note("too_short", "messages", msg);
        return None;
    }
    let before = fields.path("messages");
    let mut turns = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let (turn, issues) = read_message(item, &[before.as_slice(), &[json!(index)]].concat());
        fields.append(issues);
        turns.push(turn?);
    }
    if alternation == Alternation::Strict {
        check_order(fields, &turns);
    }
    let last = |who| turns.iter().rev().find(|(role, _)| *role == who).map_or("", |turn| turn.1);
    Some((
        Exchange::new(last("user"), last("assistant")),
        u32::try_from(turns.len()).unwrap_or(u32::MAX),
    ))
}

fn check_order(fields: &mut Fields<'_>, turns: &[(&str, &str)]) {
    let problem = if turns.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        "Value error, messages must alternate between user and assistant"
    } else if turns.last().is_some_and(|(role, _)| *role == "user") {
        "Value error, the last two messages must be user then assistant"
    } else {
        return;
    };
    fields.note("value_error", "messages", problem);
}

fn read_message<'a>(item: &'a Value, at: &[Value]) -> (Option<(&'a str, &'a str)>, Vec<Issue>) {
    let Some(map) = item.as_object() else {
        return (None, vec![Issue::new("model_attributes_type", at, NOT_AN_OBJECT, item)]);
    };
    let mut fields = Fields::new(map, at);
    let role = fields
        .required("role")
        .and_then(Value::as_str)
        .filter(|role| matches!(*role, "user" | "assistant"));
    if role.is_none() && map.contains_key("role") {
        fields.note("literal_error", "role", "Input should be 'user' or 'assistant'");
    }
    let content = fields.text("content", 1, usize::MAX);
    if fields.optional("timestamp").is_some_and(|time| !time.is_string() && !time.is_number()) {
        fields.note("string_type", "timestamp", "Input should be a valid string");
    }
    (role.zip(content), fields.finish(Extra::Ignored))
}
