//! What has come of connections, in numbers.
//!
//! Kept by `link`, for summaries and alarms.

use crate::refusal::Refusal;

/// What has come of connections since the link was made. Numbers stop at their largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counts {
    /// Connections made, with TLS where there is any.
    pub opened: u32,
    /// Exchanges that found one open.
    pub reused: u32,
    /// Connections that were not made, for whatever reason.
    pub refused: u32,
    /// Of those: hosts whose certificate no pinned anchor covers. View pings and votes go to such.
    pub no_anchor: u32,
    /// Requests that were handed to a relay, whatever came of them.
    pub relayed: u32,
    /// Why the last one was not made.
    pub last_refusal: Option<Refusal>,
}

impl Counts {
    pub(crate) const fn new() -> Self {
        Self { opened: 0, reused: 0, refused: 0, no_anchor: 0, relayed: 0, last_refusal: None }
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refused = self.refused.saturating_add(1);
        if refusal == Refusal::NoAnchor {
            self.no_anchor = self.no_anchor.saturating_add(1);
        }
        self.last_refusal = Some(refusal);
    }
}
