//! E10: asking the SSP for a bid.
//!
//! Part of `request`. Sections 3.2 to 3.5 of the wire contract, the newest generation; what is not set is not written.

use super::ad_formats::{AdFormat, AdFormats};
use super::bid_options::{BidConfig, Setting, UserMetadata};
use super::end_user::EndUser;
use super::redaction::Redaction;
use super::steps::{END, END_ARRAY, Steps, Value, bare, first, quoted};
use super::user_id;
use super::walk::message_step;
use crate::conversation::Conversation;
use crate::error::ConfigError;

/// A bid request: contextual, with the conversation so far, or an opener before the first word.
#[derive(Clone, Copy)]
pub struct BidRequest<'a> {
    user_id: &'a str,
    context: Option<Context<'a>>,
    summary: Option<&'a str>,
    ad_formats: AdFormats,
    config: Option<BidConfig<'a>>,
    user_metadata: Option<UserMetadata<'a>>,
    turn_number: Option<u32>,
    pub(super) force: Option<bool>,
    pub(super) end_user: EndUser<'a>,
    pub(super) redaction: Option<Redaction<'a>>,
}

/// What only a contextual request has.
#[derive(Clone, Copy)]
struct Context<'a> {
    chat_id: &'a str,
    conversation: Conversation<'a>,
}

impl<'a> BidRequest<'a> {
    /// A request after an answer, for a `sponsored_message` unless other formats are named.
    ///
    /// A conversation that has dropped exchanges says its turn, since the platform cannot count them.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserId`] and [`ConfigError::ChatId`] if one is empty or the user id is an e-mail address.
    pub fn contextual(
        user: &'a str,
        chat_id: &'a str,
        conversation: Conversation<'a>,
        end_user: EndUser<'a>,
    ) -> Result<Self, ConfigError> {
        if chat_id.is_empty() {
            return Err(ConfigError::ChatId);
        }
        let turn_number = conversation.is_truncated().then(|| conversation.turn());
        let context = Some(Context { chat_id, conversation });
        Ok(Self { context, turn_number, ..Self::opener(user, end_user)?.with(AdFormats::MESSAGE) })
    }

    /// A request before the first word, for `sponsored_prompt`s unless other formats are named.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserId`] if the id is empty or an e-mail address.
    pub fn opener(user: &'a str, end_user: EndUser<'a>) -> Result<Self, ConfigError> {
        Ok(Self {
            user_id: user_id(user)?,
            context: None,
            summary: None,
            ad_formats: AdFormats::PROMPT,
            config: None,
            user_metadata: None,
            turn_number: None,
            force: None,
            end_user,
            redaction: None,
        })
    }

    /// Adds a summary of the conversation. It leaves the device: write it for strangers.
    #[must_use]
    pub fn summary(self, summary: &'a str) -> Self {
        Self { summary: Some(summary), ..self }
    }

    /// Names the formats that can be shown, the platform picks one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AdFormats`] if an opener asks for a poll.
    pub fn ad_formats(self, formats: AdFormats) -> Result<Self, ConfigError> {
        if self.is_opener() && formats.iter().any(|format| format == AdFormat::SponsoredPoll) {
            return Err(ConfigError::AdFormats);
        }
        Ok(self.with(formats))
    }

    /// Overrides settings of the dashboard.
    #[must_use]
    pub fn config(self, config: BidConfig<'a>) -> Self {
        Self { config: Some(config), ..self }
    }

    /// Adds what is known of the person.
    #[must_use]
    pub fn user_metadata(self, user_metadata: UserMetadata<'a>) -> Self {
        Self { user_metadata: Some(user_metadata), ..self }
    }

    /// Says which turn this is, from 1, for callers that do not ask on every turn. An opener has none.
    #[must_use]
    pub fn turn_number(self, turn: u32) -> Self {
        Self { turn_number: self.context.map(|_| turn), ..self }
    }

    /// Asks past offset and frequency (`true`), or says that no ad is wanted (`false`).
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force: Some(force), ..self }
    }

    /// Whether this is a request before the first word.
    pub fn is_opener(&self) -> bool {
        self.context.is_none()
    }

    pub(super) fn pace(&mut self, offset: Option<u8>, frequency: Option<u8>, turn: Option<u32>) {
        let value = |turns: u8| Setting::Value(turns.into());
        if offset.or(frequency).is_some() {
            let config = self.config.get_or_insert_default();
            config.ad_offset = offset.map_or(config.ad_offset, value);
            config.max_frequency = frequency.map_or(config.max_frequency, value);
        }
        self.turn_number = turn.or(self.turn_number);
    }

    pub(super) fn without_person(&mut self) {
        self.user_id = self.context.map_or(NOBODY, |context| context.chat_id);
        self.user_metadata = self.user_metadata.map(UserMetadata::without_person);
        self.end_user = self.end_user.without_geo();
    }

    fn with(self, ad_formats: AdFormats) -> Self {
        Self { ad_formats, ..self }
    }

    pub(super) fn push(&'a self, steps: &mut Steps<'a>) {
        let (config, metadata) = (self.config.as_ref(), self.user_metadata.as_ref());
        steps.begin(&TEXTS);
        steps.redaction = self.redaction;
        steps.text(Some(self.user_id));
        self.push_context(steps);
        self.ad_formats.names().for_each(|format| steps.text(format));
        steps.close(true);
        steps.open(config.is_some());
        config.unwrap_or(&BidConfig::NONE).push(steps);
        steps.close(config.is_some());
        steps.open(metadata.is_some());
        metadata.unwrap_or(&UserMetadata::NONE).push(steps);
        steps.close(metadata.is_some());
        steps.number(self.turn_number);
        steps.bool(self.force);
        steps.close(true);
    }

    /// `chatId` to `request_type`.
    fn push_context(&'a self, steps: &mut Steps<'a>) {
        let context = self.context.as_ref();
        steps.text(context.map(|context| context.chat_id));
        steps.open(context.is_some());
        steps.push(
            context.map_or(Value::Absent, |context| {
                Value::Messages(&context.conversation, message_step)
            }),
        );
        steps.close(context.is_some());
        steps.text(self.summary);
        steps.text(Some(if context.is_some() { "contextual" } else { "opener" }));
    }
}

/// Stands for the id, which the platform demands, of a person who is not told of and has no chat yet.
const NOBODY: &str = "anonymous";

static TEXTS: [&str; 28] = [
    first!("userId"),
    quoted!("chatId"),
    "\",\"messages\":[",
    "",
    "\"}]",
    quoted!("summary"),
    quoted!("request_type"),
    "\",\"ad_formats\":[\"",
    "\",\"",
    "\",\"",
    END_ARRAY,
    "\",\"config\":{",
    bare!("ad_offset"),
    bare!("max_frequency"),
    bare!("max_headline_chars"),
    bare!("image_enabled"),
    bare!("restricted_click_area"),
    quoted!("experiment_tag"),
    END,
    "\",\"user_metadata\":{",
    quoted!("age_range"),
    quoted!("tcf_consent"),
    quoted!("us_privacy"),
    "",
    END,
    bare!("turn_number"),
    bare!("force"),
    END,
];
