//! The Thrads (thrad.ai) chatbot-ad platform for devices and servers.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

#[cfg(test)]
extern crate std;
#[cfg(test)]
use std::prelude::rust_2024::*;

mod ad;
mod error;
mod json;
mod render;
mod response;
mod target;
mod time;

pub use ad::{Ad, ChatbotPrompt, Cpm, Placement, SponsoredMessage, SponsoredPrompt, UnknownAd};
pub use error::{ConfigError, Sent, TransportError, TransportErrorKind};
pub use render::{DEFAULT_CTA, DISCLOSURE, MIN_COLUMNS, card, speech};
pub use response::{
    Ads, Answer, ApiError, ApiErrorKind, Diagnostic, Endpoint, Envelope, FieldError, Head, Limits,
    Loc, MAX_ADS, MAX_FIELD_ERRORS, MAX_SNIPPET_BYTES, Malformed, NoAd, RetryAfter, Served, decode,
};
pub use target::Target;
pub use time::{Instant, Millis, UnixMillis};
