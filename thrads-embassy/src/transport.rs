//! `ReqwlessTransport`: one exchange from target to answer, under one deadline.
//!
//! The `[transport]` of the pipeline. Cases T63 to T65 of the wire contract.

use crate::http::{self, Buffers};
use crate::resolve::resolve;
use crate::wire::Wire;
use core::ops::Range;
use embassy_time::{Duration, with_timeout};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use thrads_core::{
    Head, Millis, Request, Sent, Target, Transport, TransportError, TransportErrorKind,
};

/// Sends requests over a stack's TCP and DNS, one connection for each.
///
/// `S` says how connections are secured. Today it can only be [`InsecureForTests`].
pub struct ReqwlessTransport<T, D, S> {
    tcp: T,
    dns: D,
    addresses: AddrType,
    url: [u8; MAX_URL_BYTES],
    buffers: Buffers,
    _security: S,
}

/// Plain text, to loopback addresses only: for tests against a sandbox, never for a person's conversation.
///
/// A transport made with it refuses `https` targets with [`TransportErrorKind::Target`]; nothing is sent in the clear
/// instead.
#[derive(Clone, Copy, Debug)]
pub struct InsecureForTests;

impl<T: TcpConnect, D: Dns> ReqwlessTransport<T, D, InsecureForTests> {
    /// A transport over any stack that `embedded-nal-async` describes.
    ///
    /// For embassy-net there is [`over`](Self::over), which is told what the stack can do.
    pub const fn new(tcp: T, dns: D, security: InsecureForTests) -> Self {
        Self {
            tcp,
            dns,
            addresses: AddrType::Either,
            url: [0; MAX_URL_BYTES],
            buffers: Buffers::new(),
            _security: security,
        }
    }

    /// Connects to addresses of this kind only; the others fail with [`TransportErrorKind::Connect`], unsent.
    ///
    /// A stack may panic when asked for a kind that it was built without: embassy-net 0.9 does.
    #[must_use]
    pub fn addresses(self, addresses: AddrType) -> Self {
        Self { addresses, ..self }
    }

    async fn attempt(
        &mut self,
        request: &Request<'_>,
        buffer: &mut [u8],
        sent: &mut Sent,
    ) -> Result<(Head, Range<usize>), TransportErrorKind> {
        let target = request.target(&mut self.url).map_err(|_| TransportErrorKind::Target)?;
        let remote = in_plain_text(&target, &self.dns, &self.addresses).await?;
        let connected = self.tcp.connect(remote).await;
        let connection = connected.map_err(|_| TransportErrorKind::Connect)?;
        let wire = Wire::new(connection, sent);
        http::exchange(wire, &target, request, &mut self.buffers, buffer).await
    }
}

impl<T: TcpConnect, D: Dns> Transport for ReqwlessTransport<T, D, InsecureForTests> {
    type Buffer = [u8];

    /// Sends `request` and reads the body of its answer into `buffer`.
    ///
    /// `timeout` is for all of it, name resolution included; more than [`MAX_TIMEOUT`] counts as that. Dropping the future
    /// drops the connection; what was sent is not taken back.
    ///
    /// # Errors
    ///
    /// Unsent: `Target` (https, or a URL over [`MAX_URL_BYTES`], or a loopback name that resolves to another address), `Dns`,
    /// `Connect`, `Timeout`. Maybe sent, from the first byte on that TCP was given: `Timeout`, `Io`; `Incomplete` when the
    /// connection ended inside the answer; `TooLarge` when the body is longer than `buffer`; `Protocol` for what the crate's
    /// documentation lists as refused.
    async fn exchange(
        &mut self,
        request: &Request<'_>,
        timeout: Millis,
        buffer: &mut [u8],
    ) -> Result<(Head, Range<usize>), TransportError> {
        let mut sent = Sent::No;
        let timeout = Duration::from_millis(timeout.min(MAX_TIMEOUT).0);
        let answer = with_timeout(timeout, self.attempt(request, buffer, &mut sent)).await;
        let answer = answer.unwrap_or(Err(TransportErrorKind::Timeout));
        let answer = answer.map_err(|kind| TransportError { kind, sent });
        log(&answer);
        answer
    }
}

/// Where to connect for a target that may go out in plain text: no https, and no name that leaves the device.
async fn in_plain_text<D: Dns>(
    target: &Target<'_>,
    dns: &D,
    addresses: &AddrType,
) -> Result<core::net::SocketAddr, TransportErrorKind> {
    if target.secure {
        return Err(TransportErrorKind::Target);
    }
    let remote = resolve(target, dns, addresses).await?;
    // The core's rule is for names; who answers for `localhost` here is for the DNS server to say.
    if remote.ip().is_loopback() { Ok(remote) } else { Err(TransportErrorKind::Target) }
}

#[cfg(feature = "defmt")]
fn log(answer: &Result<(Head, Range<usize>), TransportError>) {
    match answer {
        Ok((head, body)) => {
            defmt::debug!("thrads: status {}, {} bytes", head.status, body.len())
        }
        Err(error) => defmt::warn!("thrads: no answer: {}", error),
    }
}

#[cfg(not(feature = "defmt"))]
fn log(_: &Result<(Head, Range<usize>), TransportError>) {}

/// The longest URL, in bytes; a longer one is refused as [`TransportErrorKind::Target`], unsent.
pub const MAX_URL_BYTES: usize = 1024;
/// The longest time that an exchange may take: a day. More would overflow the ticks of some time drivers.
pub const MAX_TIMEOUT: Millis = Millis::from_secs(86_400);
