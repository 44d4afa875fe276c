//! How far the records of a connection have come.
//!
//! Shared by `guard`, below TLS, and by `runner`, above it.

use crate::refusal::Refusal;
use core::cell::Cell;

/// How far the records of a connection have come. Without TLS there are none.
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "plain text has no records"))]
pub(crate) struct Records {
    pub(super) phase: Cell<Phase>,
    /// Bytes of the record that is being read and that have not been handed over.
    pub(super) left: Cell<usize>,
    /// Why the guard ended the connection, if it did.
    pub(super) refusal: Cell<Option<Refusal>>,
}

/// What may come.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "plain text has no records"))]
pub(crate) enum Phase {
    /// The server's hello, in plain text.
    Hello,
    /// Its encrypted answer, and the one change of cipher that middle boxes want to see.
    Handshake,
    /// Encrypted records of an open connection.
    Open,
}

impl Records {
    pub(crate) const fn new() -> Self {
        Self { phase: Cell::new(Phase::Hello), left: Cell::new(0), refusal: Cell::new(None) }
    }

    /// Whether a read may be given up here without losing anything.
    pub(crate) fn is_between(&self) -> bool {
        self.left.get() == 0
    }
}
