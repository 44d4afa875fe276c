//! The Thrads (thrad.ai) chatbot-ad platform for devices and servers: builds requests, reads responses, and decides when
//! to ask. `no_std`, no allocator, no unsafe code, no clock, no I/O.
//!
//! After an answer, a publisher's chatbot asks the platform for a sponsored message, a prompt, or nothing, and shows what
//! comes under the answer. Servers take `thrads-std`, constrained devices `thrads-embassy`; both are thin layers around this
//! crate, which holds all that is known of the platform.
//!
//! ```text
//! conversation ─▶ pacing ─▶ request ─▶ [transport] ─▶ response ─▶ an Ad ─▶ render
//! what was said  ask now?   bytes out   std │ embassy  bytes in     what    card, speech
//!                                                                      └──▶ tracking ─▶ request (again)
//!                                                                           seen, heard, tapped, voted
//! ```
//!
//! # In scope
//!
//! - The v1 prompt and message API and the SSP's bid requests, contextual and opener: every documented member, header
//!   and limit.
//! - Reading what the platform answers in all the shapes it is known to take, in place, whatever the bytes.
//! - Deciding whether to ask: offset and frequency in turns, a person's caps and opt-out, the key's requests a second,
//!   `Retry-After`, and how the platform is. Each decision says why and until when.
//! - What of that survives a restart, as one small line of JSON.
//! - What a person said without what must not leave ([`Redactor`]), and as much of the rest as they agreed to ([`Consent`]).
//! - Impressions: which trackers an ad has, whether it could be seen, and telling each of them once.
//! - The same for what a voice says: words that can be said, within so many seconds, and whether they were heard.
//! - Reports that wait while there is no network, and are dropped when they are worth nothing any more.
//! - Taps on prompts, feedback, votes on polls and their results: each told once, by the call that follows from the ad.
//! - Text of an ad that is safe to show or say, always behind its disclosure.
//!
//! # Out of scope
//!
//! - Sockets, TLS, clocks: a [`Transport`] and a [`Clock`] are given.
//! - Fetching pictures, opening click URLs: the caller's, and the person's. Who fetches a picture does so by https and only
//!   from the URL that the ad has, follows no redirect to another scheme, sends no cookie, no referrer and no key, ends at a
//!   size and a time limit, and decodes it as a picture whatever its type says; an SVG is a document with scripts in it.
//! - Feeding an ad to a language model: there is no `for_prompt`, see [`Escaped`].
//! - The browser tag, the advertiser's API, the retired `/developer` API.
//!
//! # Driving a session
//!
//! [`Client`] does this over a [`Transport`]; without one, it is four steps.
//!
//! ```
//! use thrads_core::*;
//!
//! let publisher = Publisher::new(ApiKey::new("sandbox-staging")?, Environment::Staging);
//! let mut session = Session::new(Family::Ssp, Policy::device(1, 5));
//! let mut rate = Rate::default();
//! let mut history = History::<20, 4096>::new();
//! history.push(Role::User, "My kettle leaks.", None).unwrap();
//! history.push(Role::Assistant, "Gas or electric?", None).unwrap();
//!
//! // 1. An exchange is finished. Ask whether to ask.
//! session.on_turn();
//! let user = EndUser::this_device("kiosk/1.0")?;
//! let bid = BidRequest::contextual("user_1", "chat_1", history.conversation().unwrap(), user)?;
//! let now = Instant::from_millis(0);
//! let step = session.poll_request(now, &mut rate, Millis(0), &publisher, Call::Bid(bid));
//! let Step::Send { request, .. } = step else { panic!("held") };
//!
//! // 2. Send it: method, target, fields and body are given, in pieces if need be.
//! let mut url = [0; 128];
//! assert_eq!(request.target(&mut url).unwrap().host, "ssp.thrads.ai");
//! let mut body = [0; 512];
//! let length = request.body().encode(&mut body).unwrap();
//! assert_eq!(length, request.body().len());
//!
//! // 3. The head of the answer comes: learn from it, and see whether its body is worth reading.
//! let mut head = Head::new(200);
//! head.field("X-RateLimit-Remaining", b"39");
//! rate.observe(now, None, &head);
//! assert_eq!(session.handle_head(&head), Next::Body);
//!
//! // 4. The body comes, into memory that the ad then borrows.
//! let mut answer = *br#"{"status":"success","data":{"bid":{"headline":"Kettles that do not drip","price":2.35,
//!     "advertiser":"Boilwell","url":"https://ssp.thrads.ai/api/v1/tracking/redirect?token=t"}}}"#;
//! let Outcome::Ad(mut offers) = session.handle_response(&head, &mut answer) else { panic!("no ad") };
//! let Offer { ad, impression, .. } = offers.next().unwrap();
//! let mut shown = String::new();
//! card(&ad, 40, &mut shown).unwrap();
//! assert_eq!(shown, "Sponsored · Boilwell\nKettles that do not drip\n[Learn More]");
//! assert_eq!(impression.earns_micros(), 2350);
//! # Ok::<(), ConfigError>(())
//! ```
//!
//! # Why it has its own JSON
//!
//! The wire path was first built on serde-json-core 0.7. It refuses a surrogate pair written as escapes, which is how
//! Python writes an emoji; it recurses without a limit into members that nobody asked for; one `f64` brings 20 KB of soft
//! float to a Cortex-M0+; and writing needs a second copy of the conversation. serde and serde-json-core serve
//! [`Settings`] and [`Snapshot`], where none of that matters.
//!
//! # Memory and time are given
//!
//! Buffers are the caller's slices; what is too small says how much it needs. Moments are arguments, in milliseconds of
//! any clock that does not jump; a clock that goes back is survived. Nothing panics, whatever the platform sends.
//!
//! # Features
//!
//! - `defmt`: `defmt::Format` on public enums and small values, for logs over a debug probe. Never the key, never a word of the
//!   conversation.
//!
//! The default set is empty.
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
mod consent;
mod conversation;
mod error;
#[cfg(feature = "defmt")]
mod format;
mod head;
mod json;
mod pacing;
mod redact;
mod render;
mod request;
mod response;
mod session;
mod settings;
mod snapshot;
mod target;
mod time;
mod tracking;
mod transport;

pub use ad::{
    Ad, ChatbotMessage, ChatbotPrompt, Cpm, Placement, PollOption, PollOptions, SponsoredMessage,
    SponsoredPoll, SponsoredPrompt, UnknownAd,
};
pub use client::{
    Asked, Budget, Client, DEFAULT_MAX_RATE_WAIT, DEFAULT_TIMEOUT, Delivered, Polled, Reported,
};
pub use config::{
    ApiKey, BaseUrl, Endpoints, Environment, Family, MAX_BASE_URL_BYTES, MAX_KEY_BYTES, Publisher,
};
pub use consent::{Consent, Permission};
pub use conversation::{Conversation, History, HistoryError, Message, Pushed, Role, Timestamp};
pub use error::{ConfigError, Sent, SnapshotError, TransportError, TransportErrorKind};
pub use head::{Head, Limits, RetryAfter};
pub use pacing::{
    Cap, Caps, Counters, DEFAULT_LIMIT, Decision, Enforcement, Explained, Health, Hold, LOW_QUOTA,
    Lent, OffsetMode, Pacing, Policy, Rate, RateEvent, Reason, Seen, Shadow, Until, User,
};
pub use redact::{Kind, Kinds, Piece, Redacted, Redactor};
pub use render::{
    DEFAULT_CTA, DISCLOSURE, Escaped, MIN_COLUMNS, Markup, Phrases, Spoken, Voice, card, domain,
    plain, speech, spoken_choice,
};
pub use request::{
    AdFormat, AdFormats, BidConfig, BidRequest, Body, BufferTooSmall, Call, CountryCode, Device,
    EndUser, Field, Geo, HeaderText, Interaction, Ip, MAX_EXPERIMENT_TAG_CHARS, MAX_ID_CHARS,
    MAX_WAIT_TURNS, MIN_HEADLINE_CHARS, MessageRequest, Method, Pieces, PromptRequest, RelayTicket,
    Request, Setting, UserAgent, UserMetadata,
};
pub use response::{
    Ads, Answer, ApiError, ApiErrorKind, Diagnostic, Endpoint, Envelope, FieldError, FieldErrors,
    Loc, MAX_ADS, MAX_FIELD_ERRORS, MAX_SNIPPET_BYTES, Malformed, NoAd, PollAnswer, PollResults,
    PollRow, PollRows, Served, decode,
};
pub use session::{Failure, Next, Offer, Offers, Outcome, Session, Step};
pub use settings::{MAX_ACCEPT_LANGUAGE_BYTES, MAX_USER_AGENT_BYTES, Settings};
pub use snapshot::{MAX_SNAPSHOT_BYTES, Snapshot};
pub use target::{Target, Url};
pub use time::{Instant, Millis, UnixMillis};
pub use tracking::{
    AUDIBLE_FOR, AUDIBLE_PER_MILLE, Due, Engagement, Feedback, Impression, ImpressionParts,
    Listening, MAX_TRACKERS, OUTBOX_EXPIRY, Outbox, OutboxCounts, PromptClick, RECORD_HEADER,
    Trackers, VIEWABLE_FOR, VIEWABLE_PER_MILLE, Viewability, Vote, poll_results, trackers,
};
pub use transport::{Clock, Transport};
