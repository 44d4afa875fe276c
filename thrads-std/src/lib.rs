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
//! error. Redirects are not followed, bodies end at [`MAX_BODY_BYTES`], plain text goes to loopback only. Every outcome is a
//! `tracing` event with reason codes; neither the key nor an id nor a word of a conversation is ever in one.
//!
//! Taps, votes and feedback go through [`core::Client`] over a [`ReqwestTransport`]. Proxies, a blocking face and a budget
//! that several processes share are not there yet.

mod clock;
mod outcome;
mod thrads;
mod transport;

pub use clock::TokioClock;
pub use outcome::{Failure, Outcome, Served};
pub use thrads::{Chat, Options, Person, Thrads};
pub use thrads_core as core;
pub use transport::{MAX_BODY_BYTES, ReqwestTransport, StartError};
