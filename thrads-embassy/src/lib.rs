//! The transport of the Thrads client for devices: HTTP by reqwless, TCP by embassy-net or any stack that
//! `embedded-nal-async` describes. `no_std`, no allocator.
//!
//! The `[transport]` of the pipeline: everything before and behind it, pacing, requests and answers, is thrads-core.
//!
//! ```
//! use embassy_net::Stack;
//! use thrads_core::Client;
//! use thrads_embassy::{EmbassyClock, InsecureForTests, ReqwlessTransport, Sockets};
//!
//! /// Lends a client that talks to a sandbox on a loopback address.
//! fn client<'d>(
//!     stack: Stack<'d>,
//!     sockets: &'d Sockets,
//!     clock: &'d EmbassyClock,
//! ) -> Client<impl thrads_core::Transport<Buffer = [u8]> + 'd, &'d EmbassyClock> {
//!     Client::new(ReqwlessTransport::over(stack, sockets, InsecureForTests), clock)
//! }
//! ```
//!
//! # In scope, and not
//!
//! One connection for each request, closed at its end. An `https` target is refused, unsent: there is no TLS here yet.
//! Plain `http` goes to loopback addresses only, and only over a transport made with the type [`InsecureForTests`].
//!
//! # What goes out
//!
//! The request's own fields, `Host` with the port where it is not the scheme's own, `Content-Length` where there is a
//! body, and `connection: close`. reqwless adds nothing else: no `User-Agent`, `Accept` or `Accept-Encoding`.
//!
//! # What is refused in an answer
//!
//! A head over [`MAX_HEAD_BYTES`] or 64 fields; `Content-Length` beside `Transfer-Encoding`, or twice with two values; a
//! transfer coding other than `chunked` in lower case. **Chunk extensions and trailers are refused too** (reqwless 0.14
//! reads neither): the answer is a failure of the kind `Protocol`, at once and without a hang. Interim answers (1xx) are
//! passed over up to [`MAX_INTERIM_ANSWERS`], redirects are never followed, and what comes behind a body is not read. An
//! empty chunk size counts as the last chunk, again by reqwless: such a body is then judged by what is in it.
//!
//! # Memory
//!
//! A [`ReqwlessTransport`] holds its buffers, about 3.6 KB: [`MAX_HEAD_BYTES`], [`MAX_URL_BYTES`] and
//! [`WRITE_BUFFER_BYTES`]. [`Sockets`] holds those of TCP, 3 KB unless sized otherwise. The body goes into the buffer
//! that is lent to each call: 4 KB hold any ordinary answer of the wire contract's cases (2.7 KB). The future of an
//! exchange takes about 3 KB on a 64-bit machine, and while a head is parsed 1 KB of stack (on a 32-bit machine) holds its
//! fields. The conversation is never copied.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation
    )
)]

mod body;
mod buffers;
mod clock;
mod counts;
mod http;
mod insecure;
mod link;
mod log;
mod refusal;
mod resolve;
mod runner;
mod stack;
mod tls;
mod transport;
mod wire;

pub use buffers::{Buffers, READ_ANY, WRITE};
pub use clock::EmbassyClock;
pub use counts::Counts;
pub use http::{MAX_HEAD_BYTES, MAX_INTERIM_ANSWERS, WRITE_BUFFER_BYTES};
pub use insecure::{InsecureForTests, Plain};
pub use link::Link;
pub use refusal::Refusal;
pub use runner::{DEFAULT_IDLE, OPEN_TIMEOUT, Runner};
pub use stack::{Sockets, StackRunner, over};
#[cfg(feature = "tls")]
pub use tls::{Anchor, Fragments, MAX_INTERMEDIATES, Pinned, Secured};
pub use tls::{Room, Tls};
pub use transport::{MAX_TIMEOUT, MAX_URL_BYTES, ReqwlessTransport, new};
