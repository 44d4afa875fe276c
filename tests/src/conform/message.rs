//! The members of a `write` line for a v1 message, checked in the order in which the wire has them.

use super::members::Members;
use super::write::{MEMBERS_OF_ALL, publisher, written};
use super::{Answered, Refusal, end_user};
use thrads_core::{Call, CountryCode, Environment, MessageRequest, Request};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &MEMBERS].concat())?;
    let mut publisher = publisher(line, Environment::Staging)?;
    let message = required(line)?;
    let message = match line.text("user_region")? {
        Some(region) => message.user_region(line.check("user_region", CountryCode::new(region))?),
        None => message,
    };
    let hints = line.object("meta_data")?.map(|hints| texts(&hints)).transpose()?;
    let message = hints.as_ref().map_or(message, |hints| message.meta_data(hints));
    let message = waits(line, message)?;
    if line.bool("production")? == Some(true) {
        publisher.environment = Environment::Production;
    }
    let person = end_user::read(line)?;
    let message = person.map_or(message, |person| message.end_user(person));
    // The platform reads no User-Agent of this call, so cases do not hold clients to one.
    written(&Request::new(&publisher, Call::Message(message)), &["user-agent"])
}

/// `user_id` to `content`, each judged with the others in order.
fn required<'a>(line: &Members<'a>) -> Result<MessageRequest<'a>, Refusal> {
    let in_order = ("-", "-");
    let user = line.needed("user_id")?;
    line.check("user_id", MessageRequest::new(user, "-", in_order))?;
    let chat = line.needed("chat_id")?;
    line.check("chat_id", MessageRequest::new(user, chat, in_order))?;
    let content = line.object("content")?.ok_or_else(|| line.refuse("content"))?;
    content.only(&["user", "chatbot"])?;
    let exchange = (content.needed("user")?, content.needed("chatbot")?);
    line.check("content", MessageRequest::new(user, chat, exchange))
}

/// Names and texts in their order.
fn texts<'a>(hints: &Members<'a>) -> Result<Vec<(&'a str, &'a str)>, Refusal> {
    let text = |(name, value): (&'a str, &'a serde_json::Value)| {
        Ok((name, value.as_str().ok_or_else(|| hints.refuse("meta_data"))?))
    };
    hints.iter().map(text).collect()
}

/// `force` to `ad_frequency_limit`.
fn waits<'a>(
    line: &Members<'a>,
    mut message: MessageRequest<'a>,
) -> Result<MessageRequest<'a>, Refusal> {
    message = line.bool("force")?.map_or(message, |force| message.force(force));
    if let Some(turns) = line.number("conversation_offset")? {
        message = line.check("conversation_offset", message.conversation_offset(turns))?;
    }
    if let Some(turns) = line.number("ad_frequency_limit")? {
        message = line.check("ad_frequency_limit", message.ad_frequency_limit(turns))?;
    }
    Ok(message)
}

const MEMBERS: [&str; 9] = [
    "user_id",
    "chat_id",
    "content",
    "user_region",
    "meta_data",
    "force",
    "conversation_offset",
    "ad_frequency_limit",
    "production",
];
