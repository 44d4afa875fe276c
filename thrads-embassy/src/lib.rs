//! The transport of the Thrads client for devices: HTTP by reqwless, TLS by embedded-tls with a verifier of its own, TCP by
//! embassy-net or any stack that `embedded-nal-async` describes. `no_std`, no allocator.
//!
//! The `[transport]` of the pipeline: everything before and behind it, pacing, requests and answers, is thrads-core.
//!
//! Two halves: a [`Runner`], a task that owns the connection and its TLS, and a [`ReqwlessTransport`], the handle that a
//! [`Client`](thrads_core::Client) is given. A [`Link`] joins them.
//!
//! ```
//! # #[cfg(feature = "tls")] mod main {
//! use embassy_net::Stack;
//! use rand_core::{CryptoRng, RngCore};
//! use thrads_core::{Client, Endpoints};
//! use thrads_embassy::{Anchor, Buffers, EmbassyClock, Link, Pinned, READ_ANY, Sockets, WRITE, over};
//!
//! /// What a device keeps for good: statics, or locals of a main that does not end.
//! struct Memory {
//!     link: Link,
//!     sockets: Sockets,
//!     read: [u8; READ_ANY],
//!     write: [u8; WRITE],
//! }
//!
//! async fn kiosk<'d>(
//!     stack: Stack<'d>,
//!     memory: &'d mut Memory,
//!     anchors: &'d [Anchor<'d>],           // who has signed the platform's certificate
//!     random: impl RngCore + CryptoRng + 'd, // the chip's true random source
//!     clock: &'d EmbassyClock,             // set by SNTP before the first connection
//!     endpoints: &Endpoints,
//! ) {
//!     let tls = Pinned::new(anchors, random, clock);
//!     let (transport, mut runner) = over(stack, &memory.sockets, &mut memory.link, tls);
//!     let link = transport.link();
//!     let mut client = Client::new(transport, clock);
//!     // On a device, `runner.run` is a task of its own.
//!     let connections = runner.run(Buffers { read: &mut memory.read, write: &mut memory.write });
//!     let talk = async {
//!         link.warm_up(&endpoints.ssp); // while the language model is still talking
//!         // client.ask(..)
//! #       let _ = &mut client;
//!     };
//!     embassy_futures::select::select(talk, connections).await;
//! }
//! # }
//! ```
//!
//! # Security
//!
//! [`Pinned`] connects to `https` targets only, with TLS 1.3 to servers that pinned [`Anchor`]s vouch for; none of its checks
//! can be switched off. Without the time of day, anchors or randomness nothing is connected, and the [`Refusal`] says so.
//! `Mbedtls` does the same for servers of public authorities, with RSA and TLS 1.2, and needs a heap.
//! [`InsecureForTests`] connects in plain text to loopback addresses only. Which of them it is, is a type: there is no
//! state in which an `https` target goes out in the clear.
//!
//! View pings, prompt clicks and votes go to hosts that only an answer names, under any public authority. They never carry
//! the key and are never sent unverified: one that no anchor covers ends as
//! [`NoAnchor`](thrads_core::TransportErrorKind::NoAnchor), and [`Counts`] has their number. With a [`Relay`] they are handed,
//! signed, to a server of the publisher's own, whose half is `thrads_std::Relay`. A device with `Mbedtls` and the public
//! authorities as its anchors reaches those hosts itself.
//!
//! # Connections
//!
//! One at a time, kept between turns for [`DEFAULT_IDLE`]; [`Link::warm_up`] makes one in advance. One that the server has
//! closed meanwhile is noticed before anything is sent on it; where the two cross, the exchange ends as *may have been sent*
//! and is not repeated. An ask that runs out of time while its connection is being made leaves it to the next one. While
//! [`watch_network`] sees no network, asks are held at once.
//!
//! # What goes out
//!
//! The request's own fields, `Host` with the port where it is not the scheme's own, `Content-Length` where there is a
//! body, and `connection: close` where the body of the answer is of no interest. reqwless adds nothing else: no `User-Agent`,
//! `Accept` or `Accept-Encoding`.
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
//! A [`ReqwlessTransport`] holds about 3.6 KB: [`MAX_HEAD_BYTES`], [`MAX_URL_BYTES`] and [`WRITE_BUFFER_BYTES`]. A [`Link`]
//! is 3 KB, [`Sockets`] are 3 KB unless sized otherwise, and TLS has its [`Buffers`]: 18.7 KB for any server. The body goes
//! into the buffer that is lent to each call: 4 KB hold any ordinary answer of the wire contract's cases (2.7 KB). A
//! handshake takes some 30 KB of stack. The conversation is never copied.
//!
//! # Features
//!
//! - `tls`, on by default: [`Pinned`], for P-256.
//! - `p384`, on by default: P-384 as well, for 130 KB of flash.
//! - `mbedtls`: `Mbedtls`, for servers of public authorities with RSA. Needs a heap, and `cmake` and `clang` to build.
//! - `flash`: `FlashStore`, for reports that outlive a power cut.
//! - `defmt`: a line for each connection, exchange and refusal, and `defmt::Format` on public enums. Never a URL, a field or a
//!   body.
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
#[cfg(feature = "flash")]
mod flash;
mod http;
mod insecure;
mod link;
mod log;
mod refusal;
mod relay;
mod resolve;
mod runner;
mod stack;
mod tls;
mod transport;
mod wire;

pub use buffers::{Buffers, READ_ANY, WRITE};
pub use clock::EmbassyClock;
pub use counts::Counts;
#[cfg(feature = "flash")]
pub use flash::{FlashError, FlashStore};
pub use http::{MAX_HEAD_BYTES, MAX_INTERIM_ANSWERS, WRITE_BUFFER_BYTES};
pub use insecure::{InsecureForTests, Plain};
pub use link::Link;
pub use refusal::Refusal;
pub use relay::{MAX_DEVICE_BYTES, Relay, RelayPass};
pub use runner::{DEFAULT_IDLE, OPEN_TIMEOUT, Runner};
pub use stack::{Sockets, StackRunner, over, watch_network};
#[cfg(feature = "tls")]
pub use tls::{Anchor, Fragments, MAX_INTERMEDIATES, Pinned, Secured};
#[cfg(feature = "mbedtls")]
pub use tls::{Mbedtls, MbedtlsSecured};
pub use tls::{Room, Tls};
pub use transport::{MAX_TIMEOUT, MAX_URL_BYTES, ReqwlessTransport, new};
