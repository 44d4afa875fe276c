//! What comes of asking for an ad: one of four outcomes, and the ads with the rights that go with them.
//!
//! Part of `session`. Section 5 of the wire contract: whatever happens, the chat goes on.

use crate::ad::Ad;
use crate::error::TransportError;
use crate::pacing::Hold;
use crate::response::{ApiError, Malformed, NoAd, Served};
use crate::tracking::{Engagement, Impression};

/// What came of asking for an ad. None of them is an error to a chat: without an ad it goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<'b> {
    /// At least one ad.
    Ad(Offers<'b>),
    /// The platform was asked and has none.
    NoAd(NoAd<'b>),
    /// The platform was not asked.
    Held(Hold),
    /// Something went wrong; the operator may want to know.
    Failed(Failure<'b>),
}

/// Why asking failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<'b> {
    /// No answer came.
    Transport(TransportError),
    /// The platform refused or failed.
    Api(ApiError<'b>),
    /// The answer cannot be read.
    Malformed(Malformed<'b>),
    /// The answer came after the person had moved on, or to a session that had not asked.
    Stale,
}

/// The ads that were served, one at a time, each with the rights to report its impression and its use once.
#[derive(Debug)]
pub struct Offers<'b> {
    served: Served<'b>,
    left: usize,
}

/// An ad to show, its impression, and what else can be told of it.
#[derive(Debug)]
pub struct Offer<T> {
    /// What to show.
    pub ad: Ad<T>,
    /// To be reported once the ad has been seen.
    pub impression: Impression<T>,
    /// To be reported once the person has tapped, voted or gone on.
    pub engagement: Engagement<T>,
}

impl<T> Offer<T> {
    /// The same offer with each text made into another by `f`, such as `str::to_owned`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Offer<U> {
        Offer {
            ad: self.ad.map(&mut f),
            impression: self.impression.map(&mut f),
            engagement: self.engagement.map(f),
        }
    }
}

impl<'b> Offers<'b> {
    /// The answer around the ads; ads that are taken from it directly have no impression and no
    /// engagement.
    pub fn served(&self) -> &Served<'b> {
        &self.served
    }

    /// `most` of the ads at most.
    pub(super) fn new(served: Served<'b>, most: usize) -> Self {
        Self { served, left: most }
    }
}

impl<'b> Iterator for Offers<'b> {
    type Item = Offer<&'b str>;

    fn next(&mut self) -> Option<Offer<&'b str>> {
        self.left = self.left.checked_sub(1)?;
        let ad = self.served.ads.next()?;
        Some(Offer { ad, impression: Impression::mint(&ad), engagement: Engagement::mint(&ad) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.served.ads.size_hint();
        (least, most.map(|most| most.min(self.left)))
    }
}
