//! What joins the two halves: byte pipes, orders one way and news the other.
//!
//! Between `transport`, which speaks HTTP, and `runner`, which owns the connection. Each order has a number, so that what
//! belongs to an exchange that was given up is known for what it is.

mod lease;

use crate::counts::Counts;
use crate::refusal::Refusal;
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_sync::pipe::Pipe;
use embassy_sync::signal::Signal;
use heapless::String;
use thrads_core::{BaseUrl, Target};

/// What a [`ReqwlessTransport`](crate::ReqwlessTransport) and its [`Runner`](crate::Runner) share; about 3 KB.
///
/// Kept by the caller, in a `StaticCell` or a local that outlives both. The two may run on different cores.
pub struct Link {
    orders: Signal<Raw, Order>,
    warm_ups: Signal<Raw, Place>,
    news: Signal<Raw, (u32, Result<(), Refusal>)>,
    ends: Signal<Raw, (u32, End)>,
    up: Pipe<Raw, PIPE_BYTES>,
    /// All that is in `up` is to go out now.
    flushes: Signal<Raw, ()>,
    down: Pipe<Raw, PIPE_BYTES>,
    counts: Mutex<Raw, Cell<Counts>>,
    is_down: AtomicBool,
}

impl Link {
    /// A link that joins nothing yet.
    pub const fn new() -> Self {
        Self {
            orders: Signal::new(),
            warm_ups: Signal::new(),
            news: Signal::new(),
            ends: Signal::new(),
            up: Pipe::new(),
            flushes: Signal::new(),
            down: Pipe::new(),
            counts: Mutex::new(Cell::new(Counts::new())),
            is_down: AtomicBool::new(false),
        }
    }

    /// Has a connection to `base` made ready while there is time: name, TCP and TLS, within
    /// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT).
    ///
    /// Returns at once. An ask that comes before it is done waits for it, within its own deadline; one that comes after
    /// finds it open. While there is a connection, to the same place or another, nothing is done until that one ends.
    pub fn warm_up(&self, base: &BaseUrl) {
        if let Some(place) = Target::parse(base.as_str()).and_then(|target| Place::of(&target)) {
            self.warm_ups.signal(place);
        }
    }

    /// Says whether there is a network at all; there is, until it is told otherwise. While there is none, asks are held as
    /// offline at once, and nobody waits for them to fail. [`watch_network`](crate::watch_network) does it for embassy-net.
    pub fn set_up(&self, is_up: bool) {
        self.is_down.store(!is_up, Relaxed);
    }

    pub(crate) fn is_up(&self) -> bool {
        !self.is_down.load(Relaxed)
    }

    /// What has come of connections so far.
    pub fn counts(&self) -> Counts {
        self.counts.lock(Cell::get)
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.lock(|cell| {
            let mut counts = cell.get();
            change(&mut counts);
            cell.set(counts);
        });
    }
}

/// The runner's side.
impl Link {
    /// The next order, or the next wish for a connection in advance.
    pub(crate) async fn next(&self) -> Order {
        match select(self.orders.wait(), self.warm_ups.wait()).await {
            Either::First(order) => order,
            Either::Second(place) => Order::Open { turn: NOBODY, place, may_reuse: true },
        }
    }

    pub(crate) async fn order(&self) -> Order {
        self.orders.wait().await
    }

    /// Tells the handle that the connection is its own from here on: nothing of an earlier exchange is left.
    pub(crate) fn lend(&self, turn: u32) {
        self.up.clear();
        self.flushes.reset();
        self.down.clear();
        self.ends.reset();
        self.news.signal((turn, Ok(())));
    }

    pub(crate) fn refuse(&self, turn: u32, refusal: Refusal) {
        self.news.signal((turn, Err(refusal)));
    }

    pub(crate) fn end(&self, turn: u32, end: End) {
        self.ends.signal((turn, end));
    }

    /// Waits for bytes of the handle, and reads them to the front of `piece`; 0 when it wants them all to go out.
    pub(crate) async fn take_up(&self, piece: &mut [u8]) -> usize {
        match select(self.up.read(piece), self.flushes.wait()).await {
            Either::First(read) => read,
            Either::Second(()) => 0,
        }
    }

    pub(crate) fn up(&self) -> &Pipe<Raw, PIPE_BYTES> {
        &self.up
    }

    pub(crate) fn down(&self) -> &Pipe<Raw, PIPE_BYTES> {
        &self.down
    }
}

impl Default for Link {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a connection goes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) is_secure: bool,
    pub(crate) port: u16,
    pub(crate) host: String<MAX_HOST_BYTES>,
}

impl Place {
    /// `None` if the host is longer than a DNS name can be.
    pub(crate) fn of(target: &Target<'_>) -> Option<Self> {
        let host = String::try_from(target.host).ok()?;
        Some(Self { is_secure: target.secure, port: target.port, host })
    }
}

/// What the handle wants of the runner.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and no heap to put a name on"
)]
pub(crate) enum Order {
    /// A connection to `place`; the one that is there only if `may_reuse`.
    Open { turn: u32, place: Place, may_reuse: bool },
    /// Nothing of the connection that was lent for the last turn is of use any more.
    Close,
}

/// How a connection came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The other side said that it is done.
    Closed,
    /// It did not.
    Broken,
}

/// Bytes under way in each direction between the halves.
pub(crate) const PIPE_BYTES: usize = 1024;
/// The turn of a connection that is made in advance.
pub(crate) const NOBODY: u32 = 0;
/// A DNS name has at most 253 characters.
const MAX_HOST_BYTES: usize = 253;
