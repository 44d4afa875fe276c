//! The Thrads publisher platform on loopback.
//!
//! It is what this project runs on when no key is there, so it answers as the platform is documented
//! to answer and refuses what the platform refuses. Paths it does not have are 404. Of the wire
//! contract it serves:
//!
//! | | |
//! |---|---|
//! | E1, E2 | `POST /api/v1/prompt/get-ad/` and `/api/v1/message/get-ad/`, each paced by itself |
//! | E3, E4 | `POST /api/v1/prompt/click/` and `/api/v1/prompt/feedback/`, counted once a prompt |
//! | E5, E11 | the click redirects, which end on a page of the sandbox |
//! | E8 | `GET /health` and `/` |
//! | E10 | `POST /api/v1/ssp/bid-request`: messages, prompts and polls, to registered origins too |
//! | E12, E13 | the view pings and the taps on prompts |
//! | E14, E15 | votes in polls and their results: one vote a token, tallies a poll |
//!
//! Ads come from `ads.json`. Where the documentation's generations disagree, a switch of [`Config`]
//! decides; for polls `duplicate_vote`, `poll_token`, `vote_token` and `poll_answer` together make
//! generation A.
//!
//! ```
//! use thrads_sandbox::{Config, Fault, Sandbox};
//!
//! let sandbox = Sandbox::start(Config { direct: true, ..Config::default() })?;
//! sandbox.inject(Fault::Html, Some(1));
//! // ... point a client at `sandbox.base_url()` with the key `thrads_sandbox::STAGING_KEY` ...
//! assert_eq!(sandbox.stats().requests, 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! As a program: `cargo run --bin sandbox -- --port 8080`.
//!
//! Besides the platform's paths there are its own, which are neither recorded nor limited:
//!
//! | | |
//! |---|---|
//! | `GET /openapi.json` | E1, E2, E4, E10, E14 and E15 in OpenAPI 3.1, by which `tests/openapi/run.sh` tests this crate |
//! | `GET /sandbox/stats` | [`Stats`] as JSON |
//! | `POST /sandbox/fault` | `{"fault":"drip=50","times":2,"on":"calls"}`: a [`Fault`] by name; without `times` until cleared, `on` is `calls` or `pings` |
//! | `DELETE /sandbox/fault` | ends every injected fault |
//! | `POST /sandbox/creative` | `{"members":{"headline":"<b>"},"times":2}`: lies over the next SSP ads; null takes a member away |
//! | `DELETE /sandbox/creative` | the ads are the inventory's again |
//! | `x-sandbox-fault: drip=50` | on any request to the platform's paths: the fault of that one |
//!
//! With [`Config::tls`] it speaks TLS, for devices that speak nothing else.
//!
//! Out of scope: the auction itself, other people's networks. It listens on 127.0.0.1 only.

mod app;
mod bounded;
mod clock;
mod config;
mod control;
mod cors;
mod fault;
mod faulty;
mod gate;
mod gzip;
mod headers;
mod ids;
mod injected;
mod inventory;
mod issuer;
mod json;
mod limit;
mod listener;
mod pacing;
mod poll;
mod queue;
mod reply;
mod sandbox;
mod script;
mod ssp;
mod stats;
mod switches;
mod tls;
mod tracking;
mod v1;
mod validate;
mod wire;
mod world;

pub use config::Config;
pub use fault::{BadChunks, Fault, Shape, UnknownFault};
pub use headers::{PRODUCTION_KEY, STAGING_KEY};
pub use sandbox::Sandbox;
pub use stats::{Openers, Stats};
pub use switches::{
    Alternation, CreativeIs, DuplicateVote, EndUser, Geo, InvalidIs, KeyHeaders, NoAdData,
    OffsetMode, PollAnswer, PollToken, ProductionMember, PromptClick, PromptsIn, Staging,
    TrackersIn, UnknownName, V1Tracking, VoteToken,
};
pub use tls::Identity;
pub use world::Recorded;
