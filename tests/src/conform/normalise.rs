//! `normalise`: messages as a chatbot has them become a conversation that the platform takes.

use super::members::Members;
use super::{Answered, Refusal, rfc3339};
use serde_json::{Value, json};
use thrads_core::{Conversation, History, Role, Timestamp, UnixMillis};

/// Larger conversations are answered as unsupported, since a history then forgets.
type Longest = History<1024, 262_144>;

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "messages"])?;
    let messages = line.list("messages")?.ok_or_else(|| line.refuse("messages"))?;
    let mut history = Longest::new();
    let mut times = Vec::new();
    for message in messages {
        push(&mut history, &mut times, message)?;
    }
    let messages = history.conversation().map(|kept| listed(&kept, &times)).unwrap_or_default();
    Ok(json!({"messages": messages, "turn": history.turn()}))
}

/// Times of the line, and how they stand there.
type Times<'a> = Vec<(UnixMillis, &'a Value)>;

fn push<'a>(
    history: &mut Longest,
    times: &mut Times<'a>,
    message: &'a Value,
) -> Result<(), Refusal> {
    let message = Members::inside("messages", message)?;
    message.only(&["role", "content", "timestamp"])?;
    let (role, content) = (message.needed("role")?, message.needed("content")?);
    let at = message.get("timestamp").map(|value| Some((time(value)?, value)));
    let at = at.map(|at| at.ok_or_else(|| message.refuse("timestamp"))).transpose()?;
    times.extend(at);
    let Some(role) = Role::from_name(role) else { return Ok(()) };
    if content.is_empty() {
        return Err(message.refuse("messages"));
    }
    match history.push(role, content, at.map(|(at, _)| at)) {
        Ok(pushed) if pushed.dropped == 0 => Ok(()),
        _ => Err(Refusal::Unsupported),
    }
}

/// An RFC 3339 text, or seconds since 1970.
fn time(value: &Value) -> Option<UnixMillis> {
    match value {
        Value::String(text) => rfc3339::parse(text),
        _ => value.as_u64()?.checked_mul(1000).map(UnixMillis),
    }
}

fn listed(conversation: &Conversation<'_>, times: &Times<'_>) -> Vec<Value> {
    let message = |index| {
        let message = conversation.get(index)?;
        let mut listed = json!({"role": message.role.as_str(), "content": message.content});
        if let Some(Timestamp::Utc(at)) = message.timestamp {
            listed["timestamp"] = times.iter().find(|(time, _)| *time == at)?.1.clone();
        }
        Some(listed)
    };
    (0..conversation.len()).filter_map(message).collect()
}
