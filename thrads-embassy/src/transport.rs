//! `ReqwlessTransport`: one exchange from target to answer, under one deadline.
//!
//! The `[transport]` of the pipeline. Cases T63 to T65 of the wire contract.

use crate::http::{self, Buffers, Outgoing};
use crate::link::{Link, NOBODY, Place};
use crate::log::log;
use crate::relay::Relay;
use crate::runner::Runner;
use crate::tls::Tls;
use crate::wire::{Progress, Wire};
use core::ops::Range;
use embassy_time::{Duration, with_timeout};
use embedded_nal_async::{Dns, TcpConnect};
use thrads_core::{Head, Millis, Request, Target, Transport, TransportError, TransportErrorKind};

/// The half that a [`Client`](thrads_core::Client) is given: it writes requests and reads answers, over whatever
/// connection its [`Runner`] makes.
pub struct ReqwlessTransport<'l> {
    link: &'l Link,
    turn: u32,
    /// Whether nothing is left over of the last exchange.
    is_clean: bool,
    url: [u8; MAX_URL_BYTES],
    buffers: Buffers,
    relay: Option<Relay<'l>>,
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
        relay: None,
    };
    (transport, Runner::new(link, tcp, dns, tls))
}

impl<'l> ReqwlessTransport<'l> {
    /// The link, to [warm up](Link::warm_up) a connection and to see what has come of them.
    pub fn link(&self) -> &'l Link {
        self.link
    }

    /// Has what is for a host that no anchor covers handed to `relay` from now on: view pings, taps and votes, never a call
    /// with the key.
    pub fn set_relay(&mut self, relay: Relay<'l>) {
        self.relay = Some(relay);
    }

    async fn attempt(
        &mut self,
        request: &Request<'_>,
        buffer: &mut [u8],
        progress: &mut Progress,
    ) -> Result<(Head, Range<usize>), TransportErrorKind> {
        let Self { link, turn, is_clean, buffers, .. } = self;
        let url = url(request, &mut self.url).ok_or(TransportErrorKind::Target)?;
        let host = target(url)?.host;
        let mut line = Line { link, turn, is_clean, buffers };
        // The host itself is tried first, unless it is known that no anchor covers it.
        let mut relay = self.relay.as_mut().filter(|_| request.is_foreign());
        let mut is_relayed = relay.as_ref().is_some_and(|relay| relay.knows(host));
        // One place to wait at, whichever way it goes: a second would take as much memory again.
        loop {
            let signed = match &mut relay {
                Some(relay) if is_relayed => Some(relay.sign(request, url)?),
                _ => None,
            };
            let outgoing = match &signed {
                Some(signed) => Outgoing::relayed(request, target(signed.url())?, signed.fields()),
                None => Outgoing::of(request, target(url)?),
            };
            let answer = line.exchange(&outgoing?, buffer, progress).await;
            match &mut relay {
                Some(relay)
                    if !is_relayed && matches!(answer, Err(TransportErrorKind::NoAnchor)) =>
                {
                    relay.note(host);
                    is_relayed = true;
                }
                _ => return answer,
            }
        }
    }
}

/// What an exchange takes of a transport.
struct Line<'t, 'l> {
    link: &'l Link,
    turn: &'t mut u32,
    is_clean: &'t mut bool,
    buffers: &'t mut Buffers,
}

impl Line<'_, '_> {
    async fn exchange(
        &mut self,
        outgoing: &Outgoing<'_, '_>,
        buffer: &mut [u8],
        progress: &mut Progress,
    ) -> Result<(Head, Range<usize>), TransportErrorKind> {
        if outgoing.is_relayed() {
            self.link.count(|counts| counts.relayed = counts.relayed.saturating_add(1));
        }
        let place = Place::of(outgoing.target()).ok_or(TransportErrorKind::Target)?;
        *self.turn = self.turn.checked_add(1).unwrap_or(1);
        let opened = self.link.open(*self.turn, place, *self.is_clean).await;
        let lease = opened.map_err(|refusal| refusal.kind())?;
        *self.is_clean = false;
        let wire = Wire::new(lease.tunnel(), progress);
        let exchange = http::exchange(wire, outgoing, self.buffers, buffer);
        let (head, body, stays_open) = exchange.await?;
        if stays_open && !progress.has_rest {
            lease.keep();
            *self.is_clean = true;
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

/// Writes the absolute URL of `request` to the front of `buffer`.
fn url<'b>(request: &Request<'_>, buffer: &'b mut [u8]) -> Option<&'b str> {
    request.target(buffer).ok()?;
    core::str::from_utf8(buffer.get(..request.url_len())?).ok()
}

fn target(url: &str) -> Result<Target<'_>, TransportErrorKind> {
    Target::parse(url).ok_or(TransportErrorKind::Target)
}

/// The longest URL, in bytes; a longer one is refused as [`TransportErrorKind::Target`], unsent.
pub const MAX_URL_BYTES: usize = 1024;
/// The longest time that an exchange may take: a day. More would overflow the ticks of some time drivers.
pub const MAX_TIMEOUT: Millis = Millis::from_secs(86_400);
