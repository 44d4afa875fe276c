//! E1: asking the v1 API for a sponsored chatbot prompt.
//!
//! Part of `request`. Section 2.2 of the wire contract, the page of August 2025; what is not set is not written.

use super::end_user::{CountryCode, EndUser};
use super::steps::{END, Steps, bare, first, quoted};
use super::v1::V1;
use crate::config::Environment;
use crate::error::ConfigError;

/// A call for a sponsored chatbot prompt: an opener until it is given the latest exchange.
#[derive(Clone, Copy)]
pub struct PromptRequest<'a> {
    country_code: CountryCode,
    region: Option<&'a str>,
    city: Option<&'a str>,
    os: Option<&'a str>,
    pub(super) v1: V1<'a>,
}

impl<'a> PromptRequest<'a> {
    /// An opener for somebody in this country.
    pub const fn new(country_code: CountryCode) -> Self {
        Self { country_code, region: None, city: None, os: None, v1: V1::new() }
    }

    /// Adds the person's id, the same in all of their conversations and anonymous.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserId`] if it is empty or an e-mail address.
    pub fn user_id(mut self, id: &'a str) -> Result<Self, ConfigError> {
        self.v1.set_user_id(id)?;
        Ok(self)
    }

    /// Adds the conversation's id, the same within one conversation.
    #[must_use]
    pub fn chat_id(mut self, id: &'a str) -> Self {
        self.v1.chat_id = Some(id);
        self
    }

    /// Adds the latest exchange, which makes the call a contextual one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Content`] if one side is empty.
    pub fn content(mut self, user: &'a str, chatbot: &'a str) -> Result<Self, ConfigError> {
        self.v1.set_content(user, chatbot)?;
        Ok(self)
    }

    /// Adds the person's region or state.
    #[must_use]
    pub fn region(mut self, region: &'a str) -> Self {
        self.region = Some(region);
        self
    }

    /// Adds the person's city.
    #[must_use]
    pub fn city(mut self, city: &'a str) -> Self {
        self.city = Some(city);
        self
    }

    /// Adds the person's operating system.
    #[must_use]
    pub fn os(mut self, os: &'a str) -> Self {
        self.os = Some(os);
        self
    }

    /// Forces an ad (`true`) or inhibits one (`false`), past offset and frequency.
    #[must_use]
    pub fn force(mut self, force: bool) -> Self {
        self.v1.force = Some(force);
        self
    }

    /// Turns to wait before the first ad, 0 to 20; left out, the platform takes 2. An opener is not held.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ConversationOffset`] above 20.
    pub fn conversation_offset(mut self, turns: u8) -> Result<Self, ConfigError> {
        self.v1.set_conversation_offset(turns)?;
        Ok(self)
    }

    /// Turns to wait before the next ad, 0 to 20; left out, the platform takes 5. An opener is not held.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AdFrequencyLimit`] above 20.
    pub fn ad_frequency_limit(mut self, turns: u8) -> Result<Self, ConfigError> {
        self.v1.set_ad_frequency_limit(turns)?;
        Ok(self)
    }

    /// Adds the person whose User-Agent the call carries; this API knows no other header of theirs.
    #[must_use]
    pub fn end_user(mut self, end_user: EndUser<'a>) -> Self {
        self.v1.user_agent = Some(end_user.user_agent());
        self
    }

    /// Whether this is a call before the first word.
    pub fn is_opener(&self) -> bool {
        self.v1.content.is_none()
    }

    pub(super) fn without_person(&mut self) {
        (self.region, self.city, self.v1.user_id) = (None, None, None);
    }

    pub(super) fn push(&'a self, environment: Environment, steps: &mut Steps<'a>) {
        steps.begin(&TEXTS);
        steps.text(Some(self.country_code.as_str()));
        self.v1.push_who_and_what(steps);
        steps.text(self.region);
        steps.text(self.city);
        steps.text(self.os);
        self.v1.push_pacing(environment, steps);
    }
}

static TEXTS: [&str; 14] = [
    first!("country_code"),
    quoted!("userId"),
    quoted!("chatId"),
    "\",\"content\":{\"user\":\"",
    quoted!("chatbot"),
    END,
    quoted!("region"),
    quoted!("city"),
    quoted!("os"),
    bare!("force"),
    bare!("conversationOffset"),
    bare!("adFrequencyLimit"),
    bare!("production"),
    END,
];
