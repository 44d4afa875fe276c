//! E10: asking the SSP for a bid.
//!
//! Part of `request`. Sections 3.2 to 3.5 of the wire contract, the newest generation; what is not set is not written.

use super::end_user::EndUser;
use super::tree::{Child, Node, Value};
use super::user_id;
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

    pub(super) fn paced(
        self,
        offset: Option<u8>,
        frequency: Option<u8>,
        turn: Option<u32>,
    ) -> Self {
        let own = self.config.unwrap_or_default();
        let setting = |own: Setting, policy: Option<u8>| {
            policy.map_or(own, |turns| Setting::Value(turns.into()))
        };
        let paced = BidConfig {
            ad_offset: setting(own.ad_offset, offset),
            max_frequency: setting(own.max_frequency, frequency),
            ..own
        };
        let config = if paced == own { self.config } else { Some(paced) };
        Self { config, turn_number: turn.or(self.turn_number), ..self }
    }

    fn with(self, ad_formats: AdFormats) -> Self {
        Self { ad_formats, ..self }
    }

    pub(super) fn child(&self, index: usize) -> Child<'_> {
        let request_type = if self.is_opener() { "opener" } else { "contextual" };
        match index {
            0 => Child::item(",\"userId\":", Value::Text(self.user_id)),
            1 => Child::text(",\"chatId\":", self.context.map(|context| context.chat_id)),
            2 => Child::some(
                ",\"messages\":",
                self.context.map(|context| Value::Array(Node::Messages(context.conversation))),
            ),
            3 => Child::text(",\"summary\":", self.summary),
            4 => Child::item(",\"request_type\":", Value::Text(request_type)),
            5 => Child::item(",\"ad_formats\":", Value::Array(Node::AdFormats(&self.ad_formats))),
            6 => Child::some(
                ",\"config\":",
                self.config.as_ref().map(|config| Value::Object(Node::BidConfig(config))),
            ),
            7 => Child::some(
                ",\"user_metadata\":",
                self.user_metadata
                    .as_ref()
                    .map(|metadata| Value::Object(Node::UserMetadata(metadata))),
            ),
            8 => Child::number(",\"turn_number\":", self.turn_number),
            9 => Child::bool(",\"force\":", self.force),
            _ => Child::End,
        }
    }
}

/// A format that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AdFormat {
    /// A message under an answer.
    SponsoredMessage,
    /// Questions to offer.
    SponsoredPrompt,
    /// A question with answers to vote on; not for openers.
    SponsoredPoll,
}

impl AdFormat {
    /// The wire's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SponsoredMessage => "sponsored_message",
            Self::SponsoredPrompt => "sponsored_prompt",
            Self::SponsoredPoll => "sponsored_poll",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::SponsoredMessage, Self::SponsoredPrompt, Self::SponsoredPoll]
            .into_iter()
            .find(|format| format.as_str() == name)
    }
}

/// At least one format, each at most once, in the caller's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AdFormats([Option<AdFormat>; 3]);

impl AdFormats {
    const MESSAGE: Self = Self([Some(AdFormat::SponsoredMessage), None, None]);
    const PROMPT: Self = Self([Some(AdFormat::SponsoredPrompt), None, None]);

    /// Takes formats in their order.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AdFormats`] if there is none, or one twice.
    pub fn new(formats: &[AdFormat]) -> Result<Self, ConfigError> {
        let mut places = [None; 3];
        if formats.is_empty() || formats.len() > places.len() {
            return Err(ConfigError::AdFormats);
        }
        for (place, format) in places.iter_mut().zip(formats) {
            *place = Some(*format);
        }
        let repeats = formats
            .iter()
            .zip(1..)
            .any(|(format, rest)| formats.iter().skip(rest).any(|other| other == format));
        if repeats { Err(ConfigError::AdFormats) } else { Ok(Self(places)) }
    }

    /// The formats in order.
    pub fn iter(&self) -> impl Iterator<Item = AdFormat> + '_ {
        self.0.iter().copied().flatten()
    }

    pub(super) fn child(&self, index: usize) -> Child<'_> {
        match self.0.get(index).copied().flatten() {
            Some(format) => Child::item(",", Value::Text(format.as_str())),
            None => Child::End,
        }
    }
}

/// A number that may also be left to the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Setting {
    /// Not written; the platform takes the dashboard's value.
    #[default]
    Omitted,
    /// Written as `null`, which asks for the dashboard's value.
    Dashboard,
    /// Written; 0 switches the check off.
    Value(u32),
}

impl Setting {
    fn child(self, name: &'static str) -> Child<'static> {
        match self {
            Self::Omitted => Child::Absent,
            Self::Dashboard => Child::item(name, Value::Null),
            Self::Value(value) => Child::item(name, Value::Number(value.into())),
        }
    }
}

/// Settings of the dashboard that one request overrides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BidConfig<'a> {
    /// The least turn number for the first ad.
    pub ad_offset: Setting,
    /// Requests between two ads, at least.
    pub max_frequency: Setting,
    /// Whether ads may come with a picture.
    pub image_enabled: Option<bool>,
    /// Whether only logo, name and call to action can be clicked; for the platform's analytics.
    pub restricted_click_area: Option<bool>,
    max_headline_chars: Option<u32>,
    experiment_tag: Option<&'a str>,
}

/// The least headline limit that the platform takes, in characters.
pub const MIN_HEADLINE_CHARS: u32 = 30;
/// The longest experiment tag that the platform takes, in characters.
pub const MAX_EXPERIMENT_TAG_CHARS: usize = 30;

impl<'a> BidConfig<'a> {
    /// Asks for headlines of at most `characters` Unicode scalar values.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MaxHeadlineChars`] below [`MIN_HEADLINE_CHARS`].
    pub fn max_headline_chars(self, characters: u32) -> Result<Self, ConfigError> {
        if characters < MIN_HEADLINE_CHARS {
            return Err(ConfigError::MaxHeadlineChars);
        }
        Ok(Self { max_headline_chars: Some(characters), ..self })
    }

    /// Labels the request for an experiment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ExperimentTag`] above [`MAX_EXPERIMENT_TAG_CHARS`] Unicode scalar values.
    pub fn experiment_tag(self, tag: &'a str) -> Result<Self, ConfigError> {
        if tag.chars().count() > MAX_EXPERIMENT_TAG_CHARS {
            return Err(ConfigError::ExperimentTag);
        }
        Ok(Self { experiment_tag: Some(tag), ..self })
    }

    pub(super) fn child(&self, index: usize) -> Child<'_> {
        match index {
            0 => self.ad_offset.child(",\"ad_offset\":"),
            1 => self.max_frequency.child(",\"max_frequency\":"),
            2 => Child::number(",\"max_headline_chars\":", self.max_headline_chars),
            3 => Child::bool(",\"image_enabled\":", self.image_enabled),
            4 => Child::bool(",\"restricted_click_area\":", self.restricted_click_area),
            5 => Child::text(",\"experiment_tag\":", self.experiment_tag),
            _ => Child::End,
        }
    }
}

/// What is known of the person, and their consent (wire contract 3.5).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct UserMetadata<'a> {
    /// Age bucket such as `25-34`.
    pub age_range: Option<&'a str>,
    /// IAB TCF consent string.
    pub tcf_consent: Option<&'a str>,
    /// IAB US Privacy string.
    pub us_privacy: Option<&'a str>,
    /// Other members, written behind these in their order.
    pub other: &'a [(&'a str, &'a str)],
}

impl UserMetadata<'_> {
    pub(super) fn child(&self, index: usize) -> Child<'_> {
        match index {
            0 => Child::text(",\"age_range\":", self.age_range),
            1 => Child::text(",\"tcf_consent\":", self.tcf_consent),
            2 => Child::text(",\"us_privacy\":", self.us_privacy),
            _ => match index.checked_sub(3).and_then(|index| self.other.get(index)) {
                Some((name, value)) => Child::Named(name, value),
                None => Child::End,
            },
        }
    }
}
