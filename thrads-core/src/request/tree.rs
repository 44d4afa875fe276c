//! What a body holds, as a tree of containers with children by index; nothing of it is made before it is asked for.
//!
//! Part of `request`: each kind of call says its own children, and `body` and `pieces` walk them.

use super::bid::{AdFormats, BidConfig, BidRequest, UserMetadata};
use super::feedback::Interaction;
use super::message::MessageRequest;
use super::prompt::PromptRequest;
use crate::conversation::{Conversation, Message, Timestamp};
use crate::time::UnixMillis;

/// What is sent.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Nothing,
    Prompt(PromptRequest<'a>),
    Message(MessageRequest<'a>),
    Bid(BidRequest<'a>),
    Click { token: &'a str },
    Feedback { sponsored_prompt_id: &'a str, interaction: Interaction<'a> },
    Vote { option_id: &'a str },
}

/// A container that a body has, and what is in it by index.
#[derive(Clone, Copy)]
pub(super) enum Node<'p> {
    Prompt(&'p PromptRequest<'p>),
    Chatbot(&'p MessageRequest<'p>),
    MetaData(&'p [(&'p str, &'p str)]),
    Feedback {
        sponsored_prompt_id: &'p str,
        interaction: Interaction<'p>,
    },
    /// An object with this one member.
    Only(&'static str, &'p str),
    Content {
        user: &'p str,
        chatbot: &'p str,
    },
    Bid(&'p BidRequest<'p>),
    Messages(Conversation<'p>),
    Message(Message<'p>),
    AdFormats(&'p AdFormats),
    BidConfig(&'p BidConfig<'p>),
    UserMetadata(&'p UserMetadata<'p>),
}

/// What a container has at an index.
#[derive(Clone, Copy)]
pub(super) enum Child<'p> {
    /// A member that is not set.
    Absent,
    /// What stands before the value, comma first, and the value.
    Item(&'static str, Value<'p>),
    /// A member with a name of the caller's.
    Named(&'p str, &'p str),
    /// Nothing more.
    End,
}

/// A JSON value to be written.
#[derive(Clone, Copy)]
pub(super) enum Value<'p> {
    Text(&'p str),
    Number(u64),
    Bool(bool),
    Null,
    Time(UnixMillis),
    Object(Node<'p>),
    Array(Node<'p>),
}

impl<'p> Child<'p> {
    pub(super) fn item(name: &'static str, value: Value<'p>) -> Self {
        Self::Item(name, value)
    }

    pub(super) fn some(name: &'static str, value: Option<Value<'p>>) -> Self {
        value.map_or(Self::Absent, |value| Self::Item(name, value))
    }

    pub(super) fn text(name: &'static str, text: Option<&'p str>) -> Self {
        Self::some(name, text.map(Value::Text))
    }

    pub(super) fn bool(name: &'static str, value: Option<bool>) -> Self {
        Self::some(name, value.map(Value::Bool))
    }

    pub(super) fn number(name: &'static str, number: Option<impl Into<u64>>) -> Self {
        Self::some(name, number.map(|number| Value::Number(number.into())))
    }
}

impl<'p> Node<'p> {
    /// The object that a body is; `None` for a request without one.
    pub(super) fn of(content: &'p Content<'p>) -> Option<Self> {
        Some(match content {
            Content::Nothing => return None,
            Content::Prompt(prompt) => Node::Prompt(prompt),
            Content::Message(message) => Node::Chatbot(message),
            Content::Bid(bid) => Node::Bid(bid),
            Content::Click { token } => Node::Only(",\"token\":", token),
            Content::Feedback { sponsored_prompt_id, interaction } => {
                Node::Feedback { sponsored_prompt_id, interaction: *interaction }
            }
            Content::Vote { option_id } => Node::Only(",\"option_id\":", option_id),
        })
    }

    pub(super) fn child(&self, index: usize) -> Child<'p> {
        match *self {
            Node::Prompt(prompt) => prompt.child(index),
            Node::Chatbot(message) => message.child(index),
            Node::MetaData(members) => match members.get(index) {
                Some((name, value)) => Child::Named(name, value),
                None => Child::End,
            },
            Node::Feedback { sponsored_prompt_id, interaction } => {
                interaction.child(sponsored_prompt_id, index)
            }
            Node::Only(name, value) => match index {
                0 => Child::item(name, Value::Text(value)),
                _ => Child::End,
            },
            Node::Content { user, chatbot } => match index {
                0 => Child::item(",\"user\":", Value::Text(user)),
                1 => Child::item(",\"chatbot\":", Value::Text(chatbot)),
                _ => Child::End,
            },
            Node::Bid(bid) => bid.child(index),
            Node::Messages(conversation) => match conversation.get(index) {
                Some(message) => Child::item(",", Value::Object(Node::Message(message))),
                None => Child::End,
            },
            Node::Message(message) => message_child(&message, index),
            Node::AdFormats(formats) => formats.child(index),
            Node::BidConfig(config) => config.child(index),
            Node::UserMetadata(metadata) => metadata.child(index),
        }
    }
}

fn message_child<'p>(message: &Message<'p>, index: usize) -> Child<'p> {
    match index {
        0 => Child::item(",\"role\":", Value::Text(message.role.as_str())),
        1 => Child::item(",\"content\":", Value::Text(message.content)),
        2 => Child::some(
            ",\"timestamp\":",
            message.timestamp.map(|timestamp| match timestamp {
                Timestamp::Text(text) => Value::Text(text),
                Timestamp::UnixSeconds(seconds) => Value::Number(seconds),
                Timestamp::Utc(time) => Value::Time(time),
            }),
        ),
        _ => Child::End,
    }
}

/// What stands before an item: without its comma if it is the first, which it then no longer is.
pub(super) fn behind_comma(before: &'static str, is_first: &mut bool) -> &'static str {
    if core::mem::take(is_first) { before.strip_prefix(',').unwrap_or(before) } else { before }
}
