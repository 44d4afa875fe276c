//! The conformance runner: a line of the protocol in, a line out, through `thrads-core` alone and without a network.
//!
//! Lines and answers are those of `tests/fixtures`, so that a client in any other language can be held against the
//! same cases. The bin `conform` is [`serve`] on standard input and output.

mod conform;
pub mod redaction;

pub use conform::{MAX_LINE_BYTES, ReadCase, answer, serve, with_requests};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
