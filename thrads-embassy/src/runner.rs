//! `Runner`: the half that owns the connection.
//!
//! Part of the transport. It makes connections to order, carries bytes between the pipes and the connection, and keeps one
//! between turns. Cases T63 to T65 of the wire contract.

use crate::buffers::Buffers;
use crate::link::{End, Link, NOBODY, Order, PIPE_BYTES, Place};
use crate::log::log;
use crate::refusal::Refusal;
use crate::resolve::resolve;
use crate::tls::{Records, Room, Tls};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use embassy_futures::select::{Either, Either4, select, select4};
use embassy_time::{Duration, Timer, with_timeout};
use embedded_io_async::{Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

/// Makes connections and moves their bytes, as long as [`run`](Self::run) is polled.
///
/// Nothing happens without it: run it in a task of its own. A handshake computes for a second or more at 125 MHz, and no
/// other task of its executor runs meanwhile; put what must not wait (audio, screen, watchdog) on an executor above it, or
/// this and the network on the second core.
pub struct Runner<'l, T, D, S> {
    link: &'l Link,
    tcp: T,
    dns: D,
    addresses: AddrType,
    tls: S,
    idle: Duration,
}

impl<'l, T: TcpConnect, D: Dns, S: Tls> Runner<'l, T, D, S> {
    pub(crate) const fn new(link: &'l Link, tcp: T, dns: D, tls: S) -> Self {
        Self { link, tcp, dns, addresses: AddrType::Either, tls, idle: DEFAULT_IDLE }
    }

    /// Connects to addresses of this kind only; the others fail with
    /// [`Connect`](thrads_core::TransportErrorKind::Connect), unsent.
    ///
    /// A stack may panic when asked for a kind that it was built without: embassy-net 0.9 does.
    #[must_use]
    pub fn addresses(self, addresses: AddrType) -> Self {
        Self { addresses, ..self }
    }

    /// Closes a connection on which nothing has moved for so long; [`DEFAULT_IDLE`] at first.
    ///
    /// An exchange in which nothing moves is ended by it too, so keep it above the deadline of asks. Zero keeps none.
    #[must_use]
    pub fn idle(self, idle: Duration) -> Self {
        Self { idle, ..self }
    }

    /// Serves the transport. Dropped, it leaves the transport waiting until it runs again.
    pub async fn run(&mut self, mut buffers: Buffers<'_>) -> ! {
        let mut order = self.link.next().await;
        loop {
            let next = match order {
                Order::Open { turn, place, .. } => self.serve(turn, &place, &mut buffers).await,
                Order::Close => None,
            };
            order = match next {
                Some(order) => order,
                None => self.link.next().await,
            };
        }
    }

    /// Makes a connection and serves it to its end; an order for something else is handed back.
    async fn serve(
        &mut self,
        mut turn: u32,
        place: &Place,
        buffers: &mut Buffers<'_>,
    ) -> Option<Order> {
        let link = self.link;
        let idle = self.idle;
        let records = Records::new();
        let room = Room { read: buffers.read, write: buffers.write, records: &records };
        let opened = {
            let mut opening = pin!(with_timeout(OPEN_TIMEOUT, self.open(place, room)));
            loop {
                match select(&mut opening, link.order()).await {
                    Either::First(opened) => break opened.unwrap_or(Err(Refusal::Timeout)),
                    Either::Second(Order::Open { turn: next, place: to, .. }) if to == *place => {
                        turn = next;
                    }
                    Either::Second(Order::Close) => {}
                    Either::Second(order) => return Some(order),
                }
            }
        };
        match opened {
            Ok(connection) => {
                link.count(|counts| counts.opened = counts.opened.saturating_add(1));
                log!(debug, "thrads: connected");
                let mut service = Service { link, place, records: &records, turn, idle };
                service.run::<T, S>(connection).await
            }
            Err(refusal) => {
                link.count(|counts| counts.refuse(refusal));
                log!(warn, "thrads: not connected: {}", refusal);
                link.refuse(turn, refusal);
                None
            }
        }
    }

    async fn open<'c>(
        &'c mut self,
        place: &'c Place,
        room: Room<'c>,
    ) -> Result<S::Connection<'c, T::Connection<'c>>, Refusal> {
        if place.is_secure != S::SECURE {
            return Err(Refusal::Scheme);
        }
        let remote = resolve(&place.host, place.port, &self.dns, &self.addresses).await?;
        // The core's rule is for names; who answers for `localhost` here is for the DNS server to say.
        if !S::SECURE && !remote.ip().is_loopback() {
            return Err(Refusal::Scheme);
        }
        let tcp = self.tcp.connect(remote).await.map_err(|_| Refusal::Connect)?;
        self.tls.open(&place.host, tcp, room).await
    }
}

/// One connection, from its first byte to its last.
struct Service<'s> {
    link: &'s Link,
    place: &'s Place,
    records: &'s Records,
    turn: u32,
    idle: Duration,
}

impl<'s> Service<'s> {
    /// Carries bytes both ways until the connection or its use has ended; an order for something else is handed back.
    async fn run<T: TcpConnect + 's, S: Tls>(
        &mut self,
        mut connection: S::Connection<'_, T::Connection<'_>>,
    ) -> Option<Order> {
        let link = self.link;
        link.lend(self.turn);
        let (mut from_server, mut from_handle) = ([0; PIECE_BYTES], [0; PIPE_BYTES]);
        loop {
            let next = select4(
                connection.read(&mut from_server),
                link.order(),
                self.between_records(link.take_up(&mut from_handle)),
                Timer::after(self.idle),
            );
            let moved = match next.await {
                Either4::First(Ok(0)) => return self.end(End::Closed),
                Either4::First(Err(_)) => return self.end(End::Broken),
                Either4::First(Ok(read)) => {
                    let piece = from_server.get(..read).unwrap_or_default();
                    select(self.deliver(piece), link.order()).await
                }
                Either4::Second(order) => Either::Second(order),
                Either4::Third(read) => {
                    let sending = send(&mut connection, &mut from_handle, read, link);
                    select(sending, link.order()).await
                }
                Either4::Fourth(()) => {
                    log!(debug, "thrads: closed: idle");
                    close::<_, S>(connection).await;
                    return self.end(End::Closed);
                }
            };
            match moved {
                Either::First(Ok(())) => {}
                Either::First(Err(_)) => return self.end(End::Broken),
                Either::Second(Order::Close) => return None,
                Either::Second(order) => match self.take_over(order) {
                    None => {}
                    Some(order) => {
                        close::<_, S>(connection).await;
                        return Some(order);
                    }
                },
            }
        }
    }

    /// Lends the connection to a new exchange, if that is for the same place and nothing is left over of the last one.
    fn take_over(&mut self, order: Order) -> Option<Order> {
        match order {
            Order::Open { turn, place, may_reuse: true }
                if place == *self.place
                    && self.records.is_between()
                    && self.link.down().is_empty()
                    && self.link.up().is_empty() =>
            {
                if self.turn != NOBODY {
                    log!(debug, "thrads: reused");
                }
                self.link.count(|counts| counts.reused = counts.reused.saturating_add(1));
                self.turn = turn;
                self.link.lend(turn);
                None
            }
            other => Some(other),
        }
    }

    /// `future`, as long as no record is half read: a read must not be given up there.
    async fn between_records<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(
            |cx| {
                if self.records.is_between() { future.as_mut().poll(cx) } else { Poll::Pending }
            },
        )
        .await
    }

    async fn deliver<E>(&self, piece: &[u8]) -> Result<(), E> {
        self.link.down().write_all(piece).await;
        Ok(())
    }

    fn end(&self, end: End) -> Option<Order> {
        self.link.end(self.turn, end);
        None
    }
}

/// Sends `read` bytes of `piece` and whatever else is in the pipe by then; all of it now if there were none.
async fn send<W: Write>(
    connection: &mut W,
    piece: &mut [u8],
    mut read: usize,
    link: &Link,
) -> Result<(), W::Error> {
    let is_flush = read == 0;
    loop {
        connection.write_all(piece.get(..read).unwrap_or_default()).await?;
        match link.up().try_read(piece) {
            Ok(more) => read = more,
            Err(_) if is_flush => return connection.flush().await,
            Err(_) => return Ok(()),
        }
    }
}

/// Says goodbye, for a moment at most.
async fn close<C: Read + Write, S: Tls>(connection: S::Connection<'_, C>) {
    with_timeout(CLOSE_TIMEOUT, S::close(connection)).await.ok();
}

/// How long making a connection may take: name, TCP and TLS. The deadline of an ask may pass before; the connection is
/// then made all the same, for the next turn.
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection is kept while nothing moves on it.
pub const DEFAULT_IDLE: Duration = Duration::from_secs(60);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Bytes that are taken from the connection at once.
const PIECE_BYTES: usize = 256;
