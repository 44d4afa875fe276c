//! `ReqwlessTransport`: one exchange from target to answer, under one deadline.
//!
//! The `[transport]` of the pipeline. Cases T63 to T65 of the wire contract.

use crate::http::{self, Buffers};
use crate::link::{Link, NOBODY, Place};
use crate::log::log;
use crate::runner::Runner;
use crate::tls::Tls;
use crate::wire::{Progress, Wire};
use core::ops::Range;
use embassy_time::{Duration, with_timeout};
use embedded_nal_async::{Dns, TcpConnect};
use thrads_core::{Head, Millis, Request, Transport, TransportError, TransportErrorKind};

/// The half that a [`Client`](thrads_core::Client) is given: it writes requests and reads answers, over whatever
/// connection its [`Runner`] makes.
pub struct ReqwlessTransport<'l> {
    link: &'l Link,
    turn: u32,
    /// Whether nothing is left over of the last exchange.
    is_clean: bool,
    url: [u8; MAX_URL_BYTES],
    buffers: Buffers,
}

/// The two halves of a transport over any stack that `embedded-nal-async` describes, joined by `link`.
///
/// For embassy-net there is [`over`](crate::over), which knows what the stack can do.
pub fn new<'l, T: TcpConnect, D: Dns, S: Tls>(
    link: &'l mut Link,
    tcp: T,
    dns: D,
    tls: S,
) -> (ReqwlessTransport<'l>, Runner<'l, T, D, S>) {
    let link = &*link;
    let transport = ReqwlessTransport {
        link,
        turn: NOBODY,
        is_clean: true,
        url: [0; MAX_URL_BYTES],
        buffers: Buffers::new(),
    };
    (transport, Runner::new(link, tcp, dns, tls))
}

impl<'l> ReqwlessTransport<'l> {
    /// The link, to [warm up](Link::warm_up) a connection and to see what has come of them.
    pub fn link(&self) -> &'l Link {
        self.link
    }

    async fn attempt(
        &mut self,
        request: &Request<'_>,
        buffer: &mut [u8],
        progress: &mut Progress,
    ) -> Result<(Head, Range<usize>), TransportErrorKind> {
        let target = request.target(&mut self.url).map_err(|_| TransportErrorKind::Target)?;
        let place = Place::of(&target).ok_or(TransportErrorKind::Target)?;
        self.turn = self.turn.checked_add(1).unwrap_or(1);
        let opened = self.link.open(self.turn, place, self.is_clean).await;
        let lease = opened.map_err(|refusal| refusal.kind())?;
        self.is_clean = false;
        let wire = Wire::new(lease.tunnel(), progress);
        let exchange = http::exchange(wire, &target, request, &mut self.buffers, buffer);
        let (head, body, stays_open) = exchange.await?;
        if stays_open && !progress.has_rest {
            lease.keep();
            self.is_clean = true;
        }
        Ok((head, body))
    }
}

impl Transport for ReqwlessTransport<'_> {
    type Buffer = [u8];

    /// Sends `request` and reads the body of its answer into `buffer`.
    ///
    /// `timeout` is for all of it, the connection included; more than [`MAX_TIMEOUT`] counts as that. Dropping the future
    /// ends the exchange: what was sent is not taken back, and the connection is not used again. A connection that is
    /// still being made then is made all the same.
    ///
    /// # Errors
    ///
    /// Unsent: `Target` (a scheme that the [`Tls`] is not for, a URL over [`MAX_URL_BYTES`], or a loopback name that resolves
    /// to another address), `Dns`, `Connect`, `Tls`, `NoAnchor`, `NoClock`, `NoRandom`, `Timeout`. Maybe sent, from the first
    /// byte on: `Timeout`, `Io`; `Incomplete` when the connection ended inside the answer; `TooLarge` when the body is longer
    /// than `buffer`; `Protocol` for what the crate's documentation lists as refused.
    async fn exchange(
        &mut self,
        request: &Request<'_>,
        timeout: Millis,
        buffer: &mut [u8],
    ) -> Result<(Head, Range<usize>), TransportError> {
        let mut progress = Progress::NONE;
        let timeout = Duration::from_millis(timeout.min(MAX_TIMEOUT).0);
        let answer = with_timeout(timeout, self.attempt(request, buffer, &mut progress)).await;
        let answer = answer.unwrap_or(Err(TransportErrorKind::Timeout));
        let answer = answer.map_err(|kind| TransportError { kind, sent: progress.sent });
        match &answer {
            Ok((head, body)) => log!(debug, "thrads: status {}, {} bytes", head.status, body.len()),
            Err(error) => log!(warn, "thrads: no answer: {}", error),
        }
        answer
    }
}

/// The longest URL, in bytes; a longer one is refused as [`TransportErrorKind::Target`], unsent.
pub const MAX_URL_BYTES: usize = 1024;
/// The longest time that an exchange may take: a day. More would overflow the ticks of some time drivers.
pub const MAX_TIMEOUT: Millis = Millis::from_secs(86_400);
