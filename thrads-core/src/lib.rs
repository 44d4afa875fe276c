//! The Thrads (thrad.ai) chatbot-ad platform for devices and servers.
#![cfg_attr(not(test), no_std)]
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

mod ad;
mod client;
mod config;
mod conversation;
mod error;
mod head;
mod json;
mod pacing;
mod render;
mod request;
mod response;
mod session;
mod settings;
mod target;
mod time;
mod tracking;
mod transport;

pub use ad::{
    Ad, ChatbotMessage, ChatbotPrompt, Cpm, Placement, PollOption, PollOptions, SponsoredMessage,
    SponsoredPoll, SponsoredPrompt, UnknownAd,
};
pub use client::{Asked, Budget, Client, DEFAULT_MAX_RATE_WAIT, DEFAULT_TIMEOUT, Polled, Reported};
pub use config::{
    ApiKey, BaseUrl, Endpoints, Environment, Family, MAX_BASE_URL_BYTES, MAX_KEY_BYTES, Publisher,
};
pub use conversation::{Conversation, History, HistoryError, Message, Pushed, Role, Timestamp};
pub use error::{ConfigError, Sent, TransportError, TransportErrorKind};
pub use head::{Head, Limits, RetryAfter};
pub use pacing::{
    DEFAULT_LIMIT, Decision, Enforcement, Explained, Hold, LOW_QUOTA, Pacing, Policy, Rate,
    RateEvent, Reason, Until,
};
pub use render::{DEFAULT_CTA, DISCLOSURE, MIN_COLUMNS, card, speech};
pub use request::{
    AdFormat, AdFormats, BidConfig, BidRequest, Body, BufferTooSmall, Call, CountryCode, Device,
    EndUser, Field, Geo, HeaderText, Interaction, Ip, MAX_EXPERIMENT_TAG_CHARS, MAX_ID_CHARS,
    MAX_WAIT_TURNS, MIN_HEADLINE_CHARS, MessageRequest, Method, Pieces, PromptRequest, Request,
    Setting, UserAgent, UserMetadata,
};
pub use response::{
    Ads, Answer, ApiError, ApiErrorKind, Diagnostic, Endpoint, Envelope, FieldError, Loc, MAX_ADS,
    MAX_FIELD_ERRORS, MAX_SNIPPET_BYTES, Malformed, NoAd, PollAnswer, PollResults, PollRow,
    PollRows, Served, decode,
};
pub use session::{Failure, Next, Offer, Offers, Outcome, Session, Step};
pub use settings::{MAX_ACCEPT_LANGUAGE_BYTES, MAX_USER_AGENT_BYTES, Settings};
pub use target::{Target, Url};
pub use time::{Instant, Millis, UnixMillis};
pub use tracking::{
    Engagement, Feedback, Impression, MAX_TRACKERS, PromptClick, Trackers, VIEWABLE_FOR,
    VIEWABLE_PER_MILLE, Viewability, Vote, poll_results, trackers,
};
pub use transport::{Clock, Transport};
