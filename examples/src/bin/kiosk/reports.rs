//! Impressions on their way to the platform: they wait in an outbox while it cannot be reached.

use crate::tally::Tally;
use thrads_core::{Clock, EndUser, Impression, Outbox};
use thrads_std::Thrads;

/// What waits, and what it will earn.
#[derive(Default)]
pub(crate) struct Reports {
    outbox: Outbox<32, 16_384>,
    waiting: u64,
    earns_micros: u64,
}

impl Reports {
    /// Takes the impression of an ad that was seen or heard.
    pub(crate) fn add(&mut self, thrads: &Thrads, impression: Impression<String>, pays: bool) {
        // An ad without trackers has nobody to tell.
        if impression.trackers().iter().next().is_none() {
            return;
        }
        self.waiting += 1;
        self.earns_micros += if pays { impression.earns_micros() } else { 0 };
        self.outbox.impression(thrads.clock().now(), impression);
    }

    /// Forgets what waits: the person wants nothing told.
    pub(crate) fn forget(&mut self) {
        self.outbox.clear();
        (self.waiting, self.earns_micros) = (0, 0);
    }

    /// Sends what waits and says what came of it; nothing where nothing does. Impressions are counted once all of their
    /// trackers have taken them.
    pub(crate) async fn send(
        &mut self,
        thrads: &Thrads,
        end_user: EndUser<'_>,
        tally: &mut Tally,
    ) -> Option<&'static str> {
        if self.waiting == 0 {
            return None;
        }
        let before = self.outbox.counts();
        thrads.deliver(&mut self.outbox, end_user).await;
        if !self.outbox.is_empty() {
            return Some("the impression waits in the outbox");
        }
        let after = self.outbox.counts();
        let (waiting, earns) =
            (std::mem::take(&mut self.waiting), std::mem::take(&mut self.earns_micros));
        let lost =
            |counts: thrads_core::OutboxCounts| counts.refused + counts.dropped + counts.expired;
        if lost(after) > lost(before) {
            return Some("the impression was refused, or too old to be told");
        }
        tally.impressions += waiting;
        tally.revenue_micros += earns;
        Some("the impression is reported")
    }
}
