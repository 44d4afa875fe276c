//! What a bid request may add: settings that it overrides, and what is known of the person.
//!
//! Part of `request`. Sections 3.4 and 3.5 of the wire contract.

use super::is_longer;
use super::steps::{Steps, Value};
use crate::consent::Consent;
use crate::error::ConfigError;

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

impl<'a> From<Setting> for Value<'a> {
    fn from(setting: Setting) -> Self {
        match setting {
            Setting::Omitted => Self::Absent,
            Setting::Dashboard => Self::Word("null"),
            Setting::Value(value) => Self::number(value),
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
    /// Nothing is overridden.
    pub(super) const NONE: Self = Self {
        ad_offset: Setting::Omitted,
        max_frequency: Setting::Omitted,
        image_enabled: None,
        restricted_click_area: None,
        max_headline_chars: None,
        experiment_tag: None,
    };

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
        if is_longer(tag, MAX_EXPERIMENT_TAG_CHARS) {
            return Err(ConfigError::ExperimentTag);
        }
        Ok(Self { experiment_tag: Some(tag), ..self })
    }

    /// `ad_offset` to `experiment_tag`.
    pub(super) fn push(&self, steps: &mut Steps<'a>) {
        for setting in [&self.ad_offset, &self.max_frequency] {
            steps.push((*setting).into());
        }
        steps.number(self.max_headline_chars);
        steps.bool(self.image_enabled);
        steps.bool(self.restricted_click_area);
        steps.text(self.experiment_tag);
    }
}

/// What is known of the person, and their consent (wire contract 3.5).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct UserMetadata<'a> {
    /// Age bucket such as `25-34`.
    pub age_range: Option<&'a str>,
    /// IAB TCF consent string; [`consent`](Self::consent) sets it.
    pub tcf_consent: Option<&'a str>,
    /// IAB US Privacy string; [`consent`](Self::consent) sets it.
    pub us_privacy: Option<&'a str>,
    /// Other members, written behind these in their order.
    pub other: &'a [(&'a str, &'a str)],
}

impl<'a> UserMetadata<'a> {
    /// Nothing is known.
    pub(super) const NONE: Self =
        Self { age_range: None, tcf_consent: None, us_privacy: None, other: &[] };

    /// The same with the strings of `consent` that could be read. What they allow is for
    /// [`Session::permit`](crate::Session::permit).
    #[must_use]
    pub fn consent(self, consent: &Consent<'a>) -> Self {
        let (tcf_consent, us_privacy) = (consent.tcf_string(), consent.us_privacy_string());
        Self { tcf_consent, us_privacy, ..self }
    }

    /// What may go of it without telling who the person is: their consent.
    pub(super) fn without_person(self) -> Self {
        Self { age_range: None, other: &[], ..self }
    }

    /// `age_range` to the last of the others.
    pub(super) fn push(&self, steps: &mut Steps<'a>) {
        steps.text(self.age_range);
        steps.text(self.tcf_consent);
        steps.text(self.us_privacy);
        steps.push(Value::Members(self.other));
    }
}
