//! The conformance runner: a line of the protocol in, a line out, through `thrads-core` alone and without a network.
//!
//! Lines and answers are those of `tests/fixtures`, so that a client in any other language can be held against the
//! same cases. The bin `conform` is [`serve`] on standard input and output.
//!
//! Beside it, what several programs and tests need: a [`RedisServer`].

mod conform;
mod redis_server;

pub use conform::{MAX_LINE_BYTES, ReadCase, answer, serve, with_requests};
pub use redis_server::RedisServer;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
