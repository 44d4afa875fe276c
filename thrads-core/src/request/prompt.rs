//! E1: asking the v1 API for a sponsored chatbot prompt.
//!
//! Part of `request`. Section 2.2 of the wire contract, the page of August 2025; what is not set is not written.

use super::end_user::{CountryCode, EndUser};
use super::tree::{Child, Node, Value};
use super::{content, user_id, wait_turns};
use crate::config::Environment;
use crate::error::ConfigError;

/// A call for a sponsored chatbot prompt: an opener until it is given the latest exchange.
#[derive(Clone, Copy)]
pub struct PromptRequest<'a> {
    country_code: CountryCode,
    user_id: Option<&'a str>,
    chat_id: Option<&'a str>,
    content: Option<(&'a str, &'a str)>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    os: Option<&'a str>,
    pub(super) force: Option<bool>,
    conversation_offset: Option<u8>,
    ad_frequency_limit: Option<u8>,
    environment: Environment,
    pub(super) end_user: Option<EndUser<'a>>,
}

/// Turns that the v1 API lets one wait, at most.
pub const MAX_WAIT_TURNS: u8 = 20;

impl<'a> PromptRequest<'a> {
    /// An opener for somebody in this country.
    pub const fn new(country_code: CountryCode) -> Self {
        Self {
            country_code,
            user_id: None,
            chat_id: None,
            content: None,
            region: None,
            city: None,
            os: None,
            force: None,
            conversation_offset: None,
            ad_frequency_limit: None,
            environment: Environment::Staging,
            end_user: None,
        }
    }

    /// Adds the person's id, the same in all of their conversations and anonymous.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserId`] if it is empty or an e-mail address.
    pub fn user_id(self, id: &'a str) -> Result<Self, ConfigError> {
        Ok(Self { user_id: Some(user_id(id)?), ..self })
    }

    /// Adds the conversation's id, the same within one conversation.
    #[must_use]
    pub fn chat_id(self, id: &'a str) -> Self {
        Self { chat_id: Some(id), ..self }
    }

    /// Adds the latest exchange, which makes the call a contextual one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Content`] if one side is empty.
    pub fn content(self, user: &'a str, chatbot: &'a str) -> Result<Self, ConfigError> {
        Ok(Self { content: Some(content(user, chatbot)?), ..self })
    }

    /// Adds the person's region or state.
    #[must_use]
    pub fn region(self, region: &'a str) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Adds the person's city.
    #[must_use]
    pub fn city(self, city: &'a str) -> Self {
        Self { city: Some(city), ..self }
    }

    /// Adds the person's operating system.
    #[must_use]
    pub fn os(self, os: &'a str) -> Self {
        Self { os: Some(os), ..self }
    }

    /// Forces an ad (`true`) or inhibits one (`false`), past offset and frequency.
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force: Some(force), ..self }
    }

    /// Turns to wait before the first ad, 0 to 20; left out, the platform takes 2. An opener is not held.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ConversationOffset`] above 20.
    pub fn conversation_offset(self, turns: u8) -> Result<Self, ConfigError> {
        let conversation_offset = wait_turns(turns, ConfigError::ConversationOffset)?;
        Ok(Self { conversation_offset, ..self })
    }

    /// Turns to wait before the next ad, 0 to 20; left out, the platform takes 5. An opener is not held.
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

    /// Whether this is a call before the first word.
    pub fn is_opener(&self) -> bool {
        self.content.is_none()
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
        match index {
            0 => Child::item(",\"country_code\":", Value::Text(self.country_code.as_str())),
            1 => Child::text(",\"userId\":", self.user_id),
            2 => Child::text(",\"chatId\":", self.chat_id),
            3 => Child::some(
                ",\"content\":",
                self.content.map(|(user, chatbot)| Value::Object(Node::Content { user, chatbot })),
            ),
            4 => Child::text(",\"region\":", self.region),
            5 => Child::text(",\"city\":", self.city),
            6 => Child::text(",\"os\":", self.os),
            7 => Child::bool(",\"force\":", self.force),
            8 => Child::number(",\"conversationOffset\":", self.conversation_offset),
            9 => Child::number(",\"adFrequencyLimit\":", self.ad_frequency_limit),
            10 => Child::item(
                ",\"production\":",
                Value::Bool(self.environment == Environment::Production),
            ),
            _ => Child::End,
        }
    }
}
