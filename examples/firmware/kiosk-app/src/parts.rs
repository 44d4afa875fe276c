//! The memory of a device, and the two halves of its transport.
//!
//! Between a board file and [`Kiosk`](crate::Kiosk). The names here are what embassy tasks need, which cannot be generic.

use embassy_net::Stack;
use rand_core::{CryptoRng, RngCore};
use thrads_core::BaseUrl;
use thrads_embassy::{
    Anchor, Buffers, EmbassyClock, Link, Pinned, READ_ANY, Relay, RelayPass, ReqwlessTransport,
    Sockets, StackRunner, WRITE, over,
};

/// TLS as kiosks speak it; `R` is the board's random source.
pub type Tls<R> = Pinned<'static, R, &'static EmbassyClock>;

/// The task that owns the connection.
pub type Connections<R> = StackRunner<'static, Tls<R>>;

/// What a device keeps for good, in a `ConstStaticCell`: 6 KB.
pub struct Memory {
    link: Link,
    sockets: Sockets,
    relay: Option<BaseUrl>,
}

/// Memory for TLS records of any server, 19 KB of nothing but zeros: kept apart, it takes no flash.
pub struct Records {
    read: [u8; READ_ANY],
    write: [u8; WRITE],
}

/// Where a device's publisher has its relay, and what it knows the device by.
pub type RelayAt = (BaseUrl, RelayPass);

/// A device's way to the platform, taken apart for its tasks.
pub struct Parts<R> {
    /// For the [`Kiosk`](crate::Kiosk).
    pub transport: ReqwlessTransport<'static>,
    /// For a task of its own.
    pub connections: Connections<R>,
    /// For that task's [`run`](thrads_embassy::Runner::run).
    pub buffers: Buffers<'static>,
}

impl Memory {
    /// Memory that nothing uses yet.
    pub const fn new() -> Self {
        Self { link: Link::new(), sockets: Sockets::new(), relay: None }
    }

    /// The way to the platform over `stack`, and to hosts that no anchor covers by way of `relay`. `clock` has to know the
    /// time of day before anything is connected.
    pub fn parts<R: CryptoRng + RngCore>(
        &'static mut self,
        records: &'static mut Records,
        stack: Stack<'static>,
        anchors: &'static [Anchor<'static>],
        random: R,
        clock: &'static EmbassyClock,
        relay: Option<RelayAt>,
    ) -> Parts<R> {
        let tls = Pinned::new(anchors, random, clock);
        let (mut transport, connections) = over(stack, &self.sockets, &mut self.link, tls);
        if let Some((url, pass)) = relay {
            transport.set_relay(Relay::new(self.relay.insert(url), pass, clock));
        }
        let buffers = Buffers { read: &mut records.read, write: &mut records.write };
        Parts { transport, connections, buffers }
    }
}

impl Records {
    /// Memory that nothing uses yet.
    pub const fn new() -> Self {
        Self { read: [0; READ_ANY], write: [0; WRITE] }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
