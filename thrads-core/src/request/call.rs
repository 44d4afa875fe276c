//! The calls that ask for an ad, and who counts their turns.
//!
//! Part of `request`. Section 3.4 of the wire contract, *Who counts*.

use super::bid::BidRequest;
use super::message::MessageRequest;
use super::prompt::PromptRequest;
use super::redaction::Redaction;
use crate::config::Family;
use crate::consent::Permission;
use crate::redact::Redactor;

/// A call that asks for an ad.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Call<'a> {
    /// E1, a sponsored chatbot prompt of the v1 API.
    Prompt(PromptRequest<'a>),
    /// E2, a sponsored message of the v1 API.
    Message(MessageRequest<'a>),
    /// E10, a bid request to the SSP.
    Bid(BidRequest<'a>),
}

impl<'a> Call<'a> {
    /// Sends of the conversation, and of a summary of it, only what `redactor` leaves: each text passes it while it is
    /// counted and written. Ids, settings and hints are not what was said, and go as they are.
    ///
    /// ```
    /// use thrads_core::{ApiKey, Call, CountryCode, Environment, PromptRequest, Publisher, Redactor, Request};
    ///
    /// let prompt = PromptRequest::new(CountryCode::new("GB")?)
    ///     .content("I am anna@example.org, my kettle leaks.", "Gas or electric?")?;
    /// let redactor = Redactor::default();
    /// let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// let request = Request::new(&publisher, Call::Prompt(prompt).redacted(&redactor));
    /// let mut body = [0; 256];
    /// let length = request.body().encode(&mut body)?;
    /// assert_eq!(length, request.body().len());
    /// assert!(body.starts_with(br#"{"country_code":"GB","content":{"user":"I am [email], my kettle leaks.","#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn redacted(mut self, redactor: &'a Redactor<'a>) -> Self {
        *match &mut self {
            Self::Prompt(prompt) => &mut prompt.v1.redaction,
            Self::Message(message) => &mut message.v1.redaction,
            Self::Bid(bid) => &mut bid.redaction,
        } = Some(Redaction::new(redactor));
        self
    }

    /// The redactor that the conversation passes, if there is one.
    pub fn redactor(&self) -> Option<&'a Redactor<'a>> {
        let redaction = match self {
            Self::Prompt(prompt) => &prompt.v1.redaction,
            Self::Message(message) => &message.v1.redaction,
            Self::Bid(bid) => &bid.redaction,
        };
        redaction.map(|redaction| redaction.redactor)
    }
}

impl Call<'_> {
    /// The same call without what `permission` keeps back, as its table says. Where it allows no call, this one must not be
    /// made; a [`Session`](crate::Session) sees to both.
    #[must_use]
    pub fn permitted(mut self, permission: Permission) -> Self {
        self.permit(permission);
        self
    }

    /// The same where it stands: a call is some hundred bytes.
    pub(crate) fn permit(&mut self, permission: Permission) {
        if !permission.tells_who() {
            match self {
                Self::Prompt(prompt) => prompt.without_person(),
                Self::Message(message) => message.without_person(),
                Self::Bid(bid) => bid.without_person(),
            }
        }
    }

    /// The API that this call belongs to.
    pub fn family(&self) -> Family {
        match self {
            Self::Prompt(_) | Self::Message(_) => Family::V1,
            Self::Bid(_) => Family::Ssp,
        }
    }

    /// Whether this is a call before the first word.
    pub fn is_opener(&self) -> bool {
        match self {
            Self::Prompt(prompt) => prompt.is_opener(),
            Self::Message(_) => false,
            Self::Bid(bid) => bid.is_opener(),
        }
    }

    /// Whether the caller forces (`true`) or inhibits (`false`) an ad.
    pub fn forced(&self) -> Option<bool> {
        match self {
            Self::Prompt(prompt) => prompt.v1.force,
            Self::Message(message) => message.v1.force,
            Self::Bid(bid) => bid.force,
        }
    }

    /// The same call with the platform's own pacing switched off, because the caller counts: wire contract 3.4, *Who
    /// counts*. An opener has no pacing and stays as it is.
    #[must_use]
    pub fn unpaced(self, turn: u32) -> Self {
        self.paced(Some(0), Some(0), Some(turn))
    }

    /// The same call with offset and frequency for the platform to count by; what is `None` stays as it is.
    #[must_use]
    pub fn paced(mut self, offset: Option<u8>, frequency: Option<u8>, turn: Option<u32>) -> Self {
        self.pace(offset, frequency, turn);
        self
    }

    pub(crate) fn pace(&mut self, offset: Option<u8>, frequency: Option<u8>, turn: Option<u32>) {
        if self.is_opener() {
            return;
        }
        match self {
            Self::Prompt(prompt) => prompt.v1.pace(offset, frequency),
            Self::Message(message) => message.v1.pace(offset, frequency),
            Self::Bid(bid) => bid.pace(offset, frequency, turn),
        }
    }
}
