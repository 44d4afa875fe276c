//! E2: asking the v1 API for a sponsored message.
//!
//! Part of `request`. Section 2.3 of the wire contract; what is not set is not written.

use super::end_user::{CountryCode, EndUser};
use super::tree::{Child, Node, Value};
use super::{MAX_WAIT_TURNS, content, user_id, wait_turns};
use crate::config::Environment;
use crate::error::ConfigError;

/// A call for a sponsored message under the answer that has just been given; this API has no opener for one.
#[derive(Clone, Copy)]
pub struct MessageRequest<'a> {
    user_id: &'a str,
    chat_id: &'a str,
    content: (&'a str, &'a str),
    user_region: Option<CountryCode>,
    meta_data: Option<&'a [(&'a str, &'a str)]>,
    pub(super) force: Option<bool>,
    conversation_offset: Option<u8>,
    ad_frequency_limit: Option<u8>,
    environment: Environment,
    pub(super) end_user: Option<EndUser<'a>>,
}

/// Unicode scalar values that an id of a message call may have.
pub const MAX_ID_CHARS: usize = 100;

impl<'a> MessageRequest<'a> {
    /// A call by somebody in a conversation, with the latest exchange: what the person said and what was answered.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserId`] and [`ConfigError::ChatId`] if one is empty or longer than [`MAX_ID_CHARS`], or the user
    /// id is an e-mail address; [`ConfigError::Content`] if one side is empty.
    pub fn new(
        user: &'a str,
        chat_id: &'a str,
        exchange: (&'a str, &'a str),
    ) -> Result<Self, ConfigError> {
        let is_too_long = |id: &str| id.chars().nth(MAX_ID_CHARS).is_some();
        if is_too_long(user) {
            return Err(ConfigError::UserId);
        }
        if chat_id.is_empty() || is_too_long(chat_id) {
            return Err(ConfigError::ChatId);
        }
        Ok(Self {
            user_id: user_id(user)?,
            chat_id,
            content: content(exchange.0, exchange.1)?,
            user_region: None,
            meta_data: None,
            force: None,
            conversation_offset: None,
            ad_frequency_limit: None,
            environment: Environment::Staging,
            end_user: None,
        })
    }

    /// Adds the country the person is in.
    #[must_use]
    pub fn user_region(self, region: CountryCode) -> Self {
        Self { user_region: Some(region), ..self }
    }

    /// Adds hints for targeting, such as a topic, names and values written in their order; none at all are written as an
    /// empty object. They leave the device: no names, no addresses.
    #[must_use]
    pub fn meta_data(self, hints: &'a [(&'a str, &'a str)]) -> Self {
        Self { meta_data: Some(hints), ..self }
    }

    /// Forces an ad (`true`) or inhibits one (`false`), past offset and frequency.
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force: Some(force), ..self }
    }

    /// Turns to wait before the first ad, 0 to 20; left out, the platform takes 2.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ConversationOffset`] above 20.
    pub fn conversation_offset(self, turns: u8) -> Result<Self, ConfigError> {
        let conversation_offset = wait_turns(turns, ConfigError::ConversationOffset)?;
        Ok(Self { conversation_offset, ..self })
    }

    /// Turns to wait before the next ad, 0 to 20; left out, the platform takes 5.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AdFrequencyLimit`] above 20.
    pub fn ad_frequency_limit(self, turns: u8) -> Result<Self, ConfigError> {
        let ad_frequency_limit = wait_turns(turns, ConfigError::AdFrequencyLimit)?;
        Ok(Self { ad_frequency_limit, ..self })
    }

    /// Adds the person whose User-Agent the call carries; this API knows no other header of theirs.
    #[must_use]
    pub fn end_user(self, end_user: EndUser<'a>) -> Self {
        Self { end_user: Some(end_user), ..self }
    }

    pub(super) fn environment(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    /// Values above the API's limit become the limit.
    pub(super) fn paced(self, offset: Option<u8>, frequency: Option<u8>) -> Self {
        let allowed = |turns: u8| turns.min(MAX_WAIT_TURNS);
        Self {
            conversation_offset: offset.map(allowed).or(self.conversation_offset),
            ad_frequency_limit: frequency.map(allowed).or(self.ad_frequency_limit),
            ..self
        }
    }

    pub(super) fn child(&self, index: usize) -> Child<'_> {
        let (user, chatbot) = self.content;
        match index {
            0 => Child::item(",\"userId\":", Value::Text(self.user_id)),
            1 => Child::item(",\"chatId\":", Value::Text(self.chat_id)),
            2 => Child::item(",\"content\":", Value::Object(Node::Content { user, chatbot })),
            3 => {
                Child::text(",\"userRegion\":", self.user_region.as_ref().map(CountryCode::as_str))
            }
            4 => Child::some(
                ",\"metaData\":",
                self.meta_data.map(|hints| Value::Object(Node::MetaData(hints))),
            ),
            5 => Child::bool(",\"force\":", self.force),
            6 => Child::number(",\"conversationOffset\":", self.conversation_offset),
            7 => Child::number(",\"adFrequencyLimit\":", self.ad_frequency_limit),
            8 => Child::item(
                ",\"production\":",
                Value::Bool(self.environment == Environment::Production),
            ),
            _ => Child::End,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(user: &str, chat: &str, exchange: (&str, &str)) -> Option<ConfigError> {
        MessageRequest::new(user, chat, exchange).err()
    }

    #[test]
    fn an_id_has_at_most_a_hundred_characters() {
        let (long, longer) = ("é".repeat(MAX_ID_CHARS), "é".repeat(MAX_ID_CHARS + 1));
        assert_eq!(error(&long, &long, ("a", "b")), None);
        assert_eq!(error(&longer, "c", ("a", "b")), Some(ConfigError::UserId));
        assert_eq!(error("u", &longer, ("a", "b")), Some(ConfigError::ChatId));
    }

    #[test]
    fn what_no_call_may_carry_is_refused() {
        assert_eq!(error("", "c", ("a", "b")), Some(ConfigError::UserId));
        assert_eq!(error("a@b.example", "c", ("a", "b")), Some(ConfigError::UserId));
        assert_eq!(error("u", "", ("a", "b")), Some(ConfigError::ChatId));
        assert_eq!(error("u", "c", ("", "b")), Some(ConfigError::Content));
        assert_eq!(error("u", "c", ("a", "")), Some(ConfigError::Content));
        let call = MessageRequest::new("u", "c", ("a", "b")).unwrap();
        assert!(call.conversation_offset(20).is_ok() && call.ad_frequency_limit(0).is_ok());
        assert_eq!(call.conversation_offset(21).err(), Some(ConfigError::ConversationOffset));
        assert_eq!(call.ad_frequency_limit(21).err(), Some(ConfigError::AdFrequencyLimit));
    }
}
