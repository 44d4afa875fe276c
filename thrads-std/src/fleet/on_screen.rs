//! Ads on their way to people and on screen, each with the place that it has in the fleet.
//!
//! Part of `fleet`, around `places`.

use super::book::{Note, What};
use super::names::PersonId;
use super::places::Places;
use std::sync::Arc;
use std::time::Instant;

/// A place for an ad that was asked for; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    shown: Option<Shown>,
}

/// The ads of a chat that are on screen. Those that are never spoken of lapse.
#[derive(Debug, Default)]
pub(crate) struct OnScreen(Vec<Shown>);

/// An ad that has a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) person: PersonId,
    pub(super) ad: u64,
    pub(super) lapses: Instant,
}

impl Place {
    pub(super) fn keep(places: &Arc<Places>, shown: Shown) -> Self {
        Self { places: Arc::clone(places), shown: Some(shown) }
    }

    /// The place is somebody else's to give back, or nobody's.
    pub(super) fn take(&mut self) -> Option<Shown> {
        self.shown.take()
    }
}

impl OnScreen {
    /// An ad came for this place.
    pub(crate) fn put(&mut self, mut place: Place) {
        self.0.extend(place.take());
    }

    /// An ad of `person` was seen, and counts in all replicas. False if its place had lapsed: another may have it by now.
    pub(crate) fn seen(&mut self, places: &Arc<Places>, person: PersonId) -> bool {
        let (had_some, now) = (!self.0.is_empty(), Instant::now());
        self.0.retain(|shown| shown.lapses > now);
        if self.0.is_empty() && had_some {
            return false;
        }
        // Without a place it was asked for while Redis was away. It counts all the same.
        let ad = if had_some { self.0.remove(0).ad } else { places.next_ad() };
        places.add(Note { person, ad, what: What::Seen(now) });
        true
    }

    /// An ad went away unseen.
    pub(crate) fn unseen(&mut self, places: &Arc<Places>) {
        if !self.0.is_empty() {
            let Shown { person, ad, .. } = self.0.remove(0);
            places.add(Note { person, ad, what: What::Dropped });
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(Shown { person, ad, .. }) = self.shown {
            self.places.add(Note { person, ad, what: What::Dropped });
        }
    }
}
