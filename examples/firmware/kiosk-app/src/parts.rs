//! The memory of a device, and the two halves of its transport.
//!
//! Between a board file and [`Kiosk`](crate::Kiosk). The names here are what embassy tasks need, which cannot be generic.

use embassy_net::Stack;
use rand_core::{CryptoRng, RngCore};
use thrads_core::BaseUrl;
use thrads_embassy::{
    Buffers, EmbassyClock, Link, Relay, RelayPass, ReqwlessTransport, Sockets, StackRunner, over,
};

/// None, for figures.
#[cfg(feature = "plain")]
pub use crate::plain::Tls;
/// TLS as kiosks speak it; `R` is the board's random source.
#[cfg(not(any(feature = "mbedtls", feature = "plain")))]
pub type Tls<R> = thrads_embassy::Pinned<'static, R, &'static EmbassyClock>;
/// TLS as kiosks speak it; `R` is the board's random source.
#[cfg(feature = "mbedtls")]
pub type Tls<R> = thrads_embassy::Mbedtls<R, &'static EmbassyClock>;

/// Whom it trusts.
#[cfg(not(feature = "mbedtls"))]
pub type Anchors = &'static [thrads_embassy::Anchor<'static>];
/// Whom it trusts: certificates in PEM.
#[cfg(feature = "mbedtls")]
pub type Anchors = &'static core::ffi::CStr;

/// The task that owns the connection.
pub type Connections<R> = StackRunner<'static, Tls<R>>;

/// What a device keeps for good, in a `ConstStaticCell`: 6 KB.
pub struct Memory {
    link: Link,
    sockets: Sockets,
    relay: Option<BaseUrl>,
}

/// Memory for TLS records of any server, 19 KB of nothing but zeros: kept apart, it takes no flash. mbedtls has a heap for
/// them.
pub struct Records {
    read: [u8; READ],
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
        anchors: Anchors,
        random: R,
        clock: &'static EmbassyClock,
        relay: Option<RelayAt>,
    ) -> Parts<R> {
        let tls = Tls::new(anchors, random, clock);
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
        Self { read: [0; READ], write: [0; WRITE] }
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

/// Bytes of records that come in, and of those that go out.
const READ: usize = if HAS_RECORDS { thrads_embassy::READ_ANY } else { 0 };
const WRITE: usize = if HAS_RECORDS { thrads_embassy::WRITE } else { 0 };
const HAS_RECORDS: bool = !cfg!(any(feature = "mbedtls", feature = "plain"));
