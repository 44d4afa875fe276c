//! `normalise`: messages as a chatbot has them become a conversation that the platform takes.

use super::members::Members;
use super::{Answered, Refusal};
use serde_json::{Value, json};
use thrads_core::{Conversation, History, Role};

/// Larger conversations are answered as unsupported, since a history then forgets.
type Longest = History<1024, 262_144>;

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "messages"])?;
    let messages = line.list("messages")?.ok_or_else(|| line.refuse("messages"))?;
    let mut history = Longest::new();
    for message in messages {
        push(&mut history, message)?;
    }
    let messages = history.conversation().map(|kept| listed(&kept)).unwrap_or_default();
    Ok(json!({"messages": messages, "turn": history.turn()}))
}

fn push(history: &mut Longest, message: &Value) -> Result<(), Refusal> {
    let message = Members::inside("messages", message)?;
    if message.get("timestamp").is_some() {
        return Err(Refusal::Unsupported);
    }
    message.only(&["role", "content", "timestamp"])?;
    let (role, content) = (message.needed("role")?, message.needed("content")?);
    let Some(role) = Role::from_name(role) else { return Ok(()) };
    if content.is_empty() {
        return Err(message.refuse("messages"));
    }
    match history.push(role, content, None) {
        Ok(pushed) if pushed.dropped == 0 => Ok(()),
        _ => Err(Refusal::Unsupported),
    }
}

fn listed(conversation: &Conversation<'_>) -> Vec<Value> {
    (0..conversation.len())
        .filter_map(|index| conversation.get(index))
        .map(|message| json!({"role": message.role.as_str(), "content": message.content}))
        .collect()
}
