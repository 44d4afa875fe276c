//! The handle's side of a link: a connection for one exchange, and its bytes as a stream.
//!
//! Part of `link`; `transport` speaks HTTP over it.

use super::{End, Link, Order, Place};
use crate::refusal::Refusal;
use embassy_futures::select::{Either, select};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

impl Link {
    /// Asks for a connection to `place` and waits for it.
    pub(crate) async fn open(
        &self,
        turn: u32,
        place: Place,
        may_reuse: bool,
    ) -> Result<Lease<'_>, Refusal> {
        self.orders.signal(Order::Open { turn, place, may_reuse });
        loop {
            let (of, news) = self.news.wait().await;
            if of == turn {
                return news.map(|()| Lease { link: self, turn, is_kept: false });
            }
        }
    }
}

/// A connection that the handle has for one exchange. Dropped without being kept, it is closed.
pub(crate) struct Lease<'l> {
    link: &'l Link,
    turn: u32,
    is_kept: bool,
}

impl Lease<'_> {
    /// The two ends of the pipes as a connection.
    pub(crate) fn tunnel(&self) -> Tunnel<'_> {
        Tunnel { link: self.link, turn: self.turn, end: None }
    }

    /// Leaves the connection open for the next exchange.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.link.orders.signal(Order::Close);
        }
    }
}

/// What reads and writes at the handle's end.
pub(crate) struct Tunnel<'l> {
    link: &'l Link,
    turn: u32,
    end: Option<End>,
}

impl Tunnel<'_> {
    /// Waits for the end of this connection; an end of an earlier one is passed over.
    async fn end(&mut self) -> End {
        if let Some(end) = self.end {
            return end;
        }
        loop {
            let (of, end) = self.link.ends.wait().await;
            if of == self.turn {
                self.end = Some(end);
                return end;
            }
        }
    }
}

impl ErrorType for Tunnel<'_> {
    type Error = ErrorKind;
}

impl Read for Tunnel<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let down = &self.link.down;
        let end = match select(down.read(buffer), self.end()).await {
            Either::First(read) => return Ok(read),
            Either::Second(end) => end,
        };
        // The last bytes may have come between the two looks, from another core.
        match (down.try_read(buffer), end) {
            (Ok(read), _) => Ok(read),
            (Err(_), End::Closed) => Ok(0),
            (Err(_), End::Broken) => Err(ErrorKind::ConnectionAborted),
        }
    }
}

impl Write for Tunnel<'_> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        let up = &self.link.up;
        match select(up.write(buffer), self.end()).await {
            Either::First(written) => Ok(written),
            Either::Second(_) => Err(ErrorKind::ConnectionAborted),
        }
    }

    /// Returns at once; the runner does it.
    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.link.flushes.signal(());
        Ok(())
    }
}
