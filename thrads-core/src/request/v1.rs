//! What the two calls of the v1 API, E1 and E2, have in common.
//!
//! Part of `request`. Sections 2.2 and 2.3 of the wire contract.

use super::end_user::{EndUser, UserAgent};
use super::redaction::Redaction;
use super::steps::Steps;
use super::user_id;
use crate::config::Environment;
use crate::error::ConfigError;

/// Turns that the v1 API lets one wait, at most.
pub const MAX_WAIT_TURNS: u8 = 20;

/// Members of both calls.
#[derive(Clone, Copy)]
pub(super) struct V1<'a> {
    pub(super) user_id: Option<&'a str>,
    pub(super) chat_id: Option<&'a str>,
    /// The latest exchange.
    pub(super) content: Option<(&'a str, &'a str)>,
    pub(super) force: Option<bool>,
    conversation_offset: Option<u8>,
    ad_frequency_limit: Option<u8>,
    /// All that this API is told of the person.
    pub(super) user_agent: Option<UserAgent<'a>>,
    pub(super) redaction: Option<Redaction<'a>>,
}

impl<'a> V1<'a> {
    pub(super) const fn new() -> Self {
        Self {
            user_id: None,
            chat_id: None,
            content: None,
            force: None,
            conversation_offset: None,
            ad_frequency_limit: None,
            user_agent: None,
            redaction: None,
        }
    }

    pub(super) fn set_user_id(&mut self, id: &'a str) -> Result<(), ConfigError> {
        self.user_id = Some(user_id(id)?);
        Ok(())
    }

    /// Both sides of an exchange hold text (T06).
    pub(super) fn set_content(
        &mut self,
        user: &'a str,
        chatbot: &'a str,
    ) -> Result<(), ConfigError> {
        if user.is_empty() || chatbot.is_empty() {
            return Err(ConfigError::Content);
        }
        self.content = Some((user, chatbot));
        Ok(())
    }

    pub(super) fn set_conversation_offset(&mut self, turns: u8) -> Result<(), ConfigError> {
        self.conversation_offset = wait_turns(turns, ConfigError::ConversationOffset)?;
        Ok(())
    }

    pub(super) fn set_ad_frequency_limit(&mut self, turns: u8) -> Result<(), ConfigError> {
        self.ad_frequency_limit = wait_turns(turns, ConfigError::AdFrequencyLimit)?;
        Ok(())
    }

    /// Values above the API's limit become the limit.
    pub(super) fn pace(&mut self, offset: Option<u8>, frequency: Option<u8>) {
        let allowed = |turns: u8| turns.min(MAX_WAIT_TURNS);
        self.conversation_offset = offset.map(allowed).or(self.conversation_offset);
        self.ad_frequency_limit = frequency.map(allowed).or(self.ad_frequency_limit);
    }

    /// The person, of whom this API knows no more than their User-Agent.
    pub(super) fn end_user(&self) -> Option<EndUser<'a>> {
        self.user_agent.map(|user_agent| EndUser::ThisDevice { user_agent, accept_language: None })
    }

    /// `userId` to `content`.
    pub(super) fn push_who_and_what(&'a self, steps: &mut Steps<'a>) {
        steps.redaction = self.redaction;
        steps.text(self.user_id);
        steps.text(self.chat_id);
        steps.text(self.content.map(|(user, _)| user));
        steps.text(self.content.map(|(_, chatbot)| chatbot));
        steps.close(self.content.is_some());
    }

    /// `force` to the end.
    pub(super) fn push_pacing(&self, environment: Environment, steps: &mut Steps<'a>) {
        steps.bool(self.force);
        steps.number(self.conversation_offset.map(u32::from));
        steps.number(self.ad_frequency_limit.map(u32::from));
        steps.bool(Some(environment == Environment::Production));
        steps.close(true);
    }
}

/// Turns to wait that the v1 API takes, or the error.
fn wait_turns(turns: u8, error: ConfigError) -> Result<Option<u8>, ConfigError> {
    if turns <= MAX_WAIT_TURNS { Ok(Some(turns)) } else { Err(error) }
}
