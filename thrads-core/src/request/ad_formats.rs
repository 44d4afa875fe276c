//! The formats that a bid request can ask for.
//!
//! Part of `request`. Section 3.2 of the wire contract.

use crate::error::ConfigError;

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
    pub(super) const MESSAGE: Self = Self([Some(AdFormat::SponsoredMessage), None, None]);
    pub(super) const PROMPT: Self = Self([Some(AdFormat::SponsoredPrompt), None, None]);

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

    /// In the places of a body.
    pub(super) fn names(&self) -> impl Iterator<Item = Option<&'static str>> + '_ {
        self.0.iter().map(|format| format.map(AdFormat::as_str))
    }
}
