//! The conformance runner, and the proofs of pacing.
//!
//! [`serve`] is the bin `conform`: a line of the protocol in, a line out, through `thrads-core` alone and without a network.
//! Lines and answers are those of `tests/fixtures`, so that a client in any other language can be held against the same
//! cases. [`model`] is the bin `pacing_model`, [`sim`] the bin `pacing_sim`, [`redaction`] the bin
//! `redaction_report`. Beside them, what several programs and tests need: a [`RedisServer`], and [`usage`].

mod conform;
mod exchange;
pub mod model;
pub mod redaction;
mod redis_server;
pub mod sim;
mod usage;

pub use conform::{MAX_LINE_BYTES, ReadCase, answer, serve, with_requests};
pub use redis_server::RedisServer;
pub use usage::usage;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
