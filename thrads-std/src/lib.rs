//! The Thrads (thrad.ai) chatbot-ad platform for servers: thrads-core over reqwest and tokio.
//!
//! [`Thrads`] holds what all conversations of a publisher share: the key, a pool of connections, and the 40 requests a
//! second that the key may make. A [`Chat`] is one conversation; what comes of asking owns its text.
//!
//! ```
//! use thrads_sandbox::{Config, STAGING_KEY, Sandbox};
//! use thrads_std::core::{
//!     ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family, Message, Policy,
//!     Publisher, Role, card,
//! };
//! use thrads_std::{Options, Outcome, Thrads};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The platform on loopback; leave `endpoints` out for the real one.
//! let sandbox = Sandbox::start(Config::default())?;
//! let endpoints = Endpoints::at(BaseUrl::new(&sandbox.base_url())?);
//! let publisher = Publisher { endpoints, ..Publisher::new(ApiKey::new(STAGING_KEY)?, Environment::Staging) };
//! let thrads = Thrads::new(publisher, Options::default())?;
//!
//! let mut chat = thrads.chat(Family::Ssp, Policy::SERVER);
//! let said = |role, content| Message { role, content, timestamp: None };
//! let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas or electric?")];
//! let person = EndUser::forwarded("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64)")?;
//! let bid = BidRequest::contextual("user_5f0c", "chat_77aa", Conversation::new(&messages)?, person)?;
//! let Outcome::Ad(served) = chat.ask(Call::Bid(bid)).await else { panic!("a staging key always earns an ad") };
//! for offer in served.offers {
//!     let mut text = String::new();
//!     card(&offer.ad, 60, &mut text)?;
//!     assert!(text.starts_with("Sponsored"));
//!     // Once half of it has been in view for a second:
//!     thrads.report(offer.impression, person).await;
//! }
//! assert_eq!(sandbox.stats().impressions, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # In scope, and not
//!
//! Asking ends after [`Options::timeout`] at the latest with one of four outcomes, ad, no ad, held or failed, and never an
//! error. Redirects are not followed, bodies end at [`MAX_BODY_BYTES`], plain text goes to loopback only, which is never
//! asked through a [proxy](Proxies). [`Chat::prefetch`] asks while the model is still talking, [`Thrads::warm_up`] makes the
//! connection before anybody asks, [`Thrads::shutdown`] ends a process in good order.
//!
//! # For operators
//!
//! [`Thrads::from_env`] starts as the environment says. [`Outcome::explain`] and [`Failure`] say in a line where something
//! went wrong, in which phase, and what to do. Every ask is a `tracing` span `thrads.ask` with `request_id`, `status`,
//! `phase` and `reason`, with one event at its end; neither the key nor an id of a person nor a word of a conversation is
//! ever in one. Metrics of the facade crate `metrics`, all with the label `publisher` where
//! [`Thrads::with_key`] named one, and `arm` for chats of an [`Experiment`]:
//!
//! | metric | |
//! |---|---|
//! | `thrads_asks_total{family,outcome}` | asks: `ad`, `no_ad`, `held`, `failed` |
//! | `thrads_holds_total{reason}` | why asks were held |
//! | `thrads_ask_duration_seconds` | asks that were not held |
//! | `thrads_impressions_total` | impressions that a tracker took |
//! | `thrads_revenue_micros_total` | what they earn, in millionths of the price's unit |
//! | `thrads_rate_remaining` | requests left this second, as the platform says |
//! | `thrads_relayed_total{verdict}` | requests of devices; feature `relay` |
//! | `thrads_sleepers_total{outcome}` | chats put to sleep and woken: `asleep`, `woken`, `absent`, `failed`; feature `redis` |
//! | `thrads_store_up` | 1 while Redis is there, 0 while it is not; feature `redis` |
//!
//! # Features
//!
//! - `blocking`: the same for programs without an async runtime.
//! - `redis`: one budget for all processes that use a key, one count of each person's ads, and chats that sleep, kept by a
//!   Redis; see `Fleet`.
//! - `relay`: takes reports of devices on to hosts that they cannot reach safely themselves, see `Relay`.
//!
//! The default set is empty.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod ask;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod chat;
mod clock;
mod drain;
mod engage;
mod env;
mod experiment;
mod failure;
#[cfg(feature = "redis")]
mod fleet;
#[cfg(not(feature = "redis"))]
#[path = "fleet/none.rs"]
mod fleet;
mod options;
mod outcome;
mod person;
mod prefetch;
#[cfg(feature = "relay")]
mod relay;
mod sleep;
mod telemetry;
mod thrads;
mod transport;

pub use chat::Chat;
pub use clock::TokioClock;
pub use drain::Drained;
pub use engage::{PollResults, PollRow, Polled};
pub use env::{EnvError, EnvProblem};
pub use experiment::{Arm, Experiment};
pub use failure::{Cause, Failure, Phase};
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use fleet::{Fleet, Redeemed, StoreError, WakeError};
pub use options::Options;
pub use outcome::{Outcome, Served};
pub use person::Person;
pub use prefetch::Prefetch;
#[cfg(feature = "relay")]
#[cfg_attr(docsrs, doc(cfg(feature = "relay")))]
pub use relay::{MAX_RELAY_BODY_BYTES, Relay, RelayAnswer, RelayOptions, RelayReach, RelayVerdict};
pub use thrads::Thrads;
pub use thrads_core as core;
pub use transport::{MAX_BODY_BYTES, Proxies, ReqwestTransport, StartError};
