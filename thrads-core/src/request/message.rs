//! E2: asking the v1 API for a sponsored message.
//!
//! Part of `request`. Section 2.3 of the wire contract; what is not set is not written.

use super::end_user::{CountryCode, EndUser};
use super::is_longer;
use super::steps::{END, Steps, Value, bare, first, quoted};
use super::v1::V1;
use crate::config::Environment;
use crate::error::ConfigError;

/// A call for a sponsored message under the answer that has just been given; this API has no opener for one.
#[derive(Clone, Copy)]
pub struct MessageRequest<'a> {
    user_region: Option<CountryCode>,
    meta_data: Option<&'a [(&'a str, &'a str)]>,
    pub(super) v1: V1<'a>,
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
        if is_longer(user, MAX_ID_CHARS) {
            return Err(ConfigError::UserId);
        }
        if chat_id.is_empty() || is_longer(chat_id, MAX_ID_CHARS) {
            return Err(ConfigError::ChatId);
        }
        let mut v1 = V1::new();
        v1.chat_id = Some(chat_id);
        v1.set_user_id(user)?;
        v1.set_content(exchange.0, exchange.1)?;
        Ok(Self { user_region: None, meta_data: None, v1 })
    }

    /// Adds the country the person is in.
    #[must_use]
    pub fn user_region(mut self, region: CountryCode) -> Self {
        self.user_region = Some(region);
        self
    }

    /// Adds hints for targeting, such as a topic, names and values written in their order; none at all are written as an
    /// empty object. They leave the device: no names, no addresses.
    #[must_use]
    pub fn meta_data(mut self, hints: &'a [(&'a str, &'a str)]) -> Self {
        self.meta_data = Some(hints);
        self
    }

    /// Forces an ad (`true`) or inhibits one (`false`), past offset and frequency.
    #[must_use]
    pub fn force(mut self, force: bool) -> Self {
        self.v1.force = Some(force);
        self
    }

    /// Turns to wait before the first ad, 0 to 20; left out, the platform takes 2.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ConversationOffset`] above 20.
    pub fn conversation_offset(mut self, turns: u8) -> Result<Self, ConfigError> {
        self.v1.set_conversation_offset(turns)?;
        Ok(self)
    }

    /// Turns to wait before the next ad, 0 to 20; left out, the platform takes 5.
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

    pub(super) fn without_person(&mut self) {
        (self.user_region, self.meta_data) = (None, None);
        self.v1.user_id = self.v1.chat_id;
    }

    pub(super) fn push(&'a self, environment: Environment, steps: &mut Steps<'a>) {
        steps.begin(&TEXTS);
        self.v1.push_who_and_what(steps);
        steps.text(self.user_region.as_ref().map(CountryCode::as_str));
        steps.open(self.meta_data.is_some());
        steps.push(Value::Members(self.meta_data.unwrap_or_default()));
        steps.close(self.meta_data.is_some());
        self.v1.push_pacing(environment, steps);
    }
}

static TEXTS: [&str; 14] = [
    first!("userId"),
    quoted!("chatId"),
    "\",\"content\":{\"user\":\"",
    quoted!("chatbot"),
    END,
    quoted!("userRegion"),
    "\",\"metaData\":{",
    "",
    END,
    bare!("force"),
    bare!("conversationOffset"),
    bare!("adFrequencyLimit"),
    bare!("production"),
    END,
];

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
