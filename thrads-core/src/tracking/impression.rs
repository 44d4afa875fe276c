//! The right to report one impression, used up by reporting it.
//!
//! Part of `tracking`. Sections 4.2 and 4.3 of the wire contract.

use super::entry::mark;
use super::trackers::{Trackers, collect, text};
use crate::ad::{Ad, Cpm};

/// The impression of one served ad. There is one for each ad, it cannot be copied, and reporting takes it.
///
/// Report it when the ad has been at least half in view for a second, as [`Viewability`](crate::Viewability) tells; not when it
/// arrives, and not when it is drawn. Early reports are counted as unverified and hurt the payout. Dropping it reports
/// nothing.
///
/// Reporting one ad twice does not compile:
///
/// ```compile_fail,E0382
/// # use thrads_core::*;
/// # async fn twice<C: Clock>(client: &mut Client<impl Transport<Buffer = [u8]>, C>, user: EndUser<'_>,
/// #     impression: Impression<&str>, buffer: &mut [u8]) {
/// client.report(impression, user, buffer).await;
/// client.report(impression, user, buffer).await;
/// # }
/// ```
///
/// nor does keeping a second one:
///
/// ```compile_fail,E0599
/// # use thrads_core::Impression;
/// fn copy(impression: &Impression<String>) -> Impression<String> {
///     impression.clone()
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an impression that is not reported earns nothing"]
pub struct Impression<T> {
    click_url: Option<T>,
    view_url: Option<T>,
    cpm: Option<Cpm>,
}

/// An impression taken apart, to be kept where only text and numbers can be, such as a store that processes share.
///
/// Keep it in one place, and let one alone take it from there: whoever puts it together twice reports it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpressionParts<T> {
    /// The click URL, which some of its trackers are found in. It is never fetched.
    pub click_url: Option<T>,
    /// The view URL.
    pub view_url: Option<T>,
    /// What a thousand of its kind earn.
    pub cpm: Option<Cpm>,
}

impl<T: AsRef<str>> Impression<T> {
    /// The one impression of an ad that was served. Whoever has more than one for an ad reports it more than once.
    pub(crate) fn mint(ad: &Ad<T>) -> Self
    where
        T: Clone,
    {
        let (click_url, view_url) = match ad {
            Ad::SponsoredMessage(ad) => (Some(ad.url.clone()), ad.view_url.clone()),
            Ad::SponsoredPrompt(ad) => (Some(ad.url.clone()), ad.view_url.clone()),
            Ad::SponsoredPoll(ad) => {
                (ad.url.clone().or_else(|| ad.cta_url.clone()), ad.view_url.clone())
            }
            Ad::ChatbotPrompt(_) | Ad::Message(_) | Ad::Unknown(_) => (None, None),
        };
        Self { click_url, view_url, cpm: ad.cpm() }
    }

    /// What it earns in millionths of the price's unit; nothing where the platform named no price.
    pub fn earns_micros(&self) -> u64 {
        self.cpm.map_or(0, Cpm::per_impression_micros)
    }

    pub(super) fn mark(&self) -> u16 {
        mark(text(&self.click_url).unwrap_or_default())
    }

    /// Where it is to be reported; nowhere for formats without trackers.
    pub fn trackers(&self) -> Trackers<'_> {
        collect(text(&self.click_url), text(&self.view_url))
    }
}

impl<T> Impression<T> {
    /// Takes it apart. Nothing is reported.
    pub fn into_parts(self) -> ImpressionParts<T> {
        let Self { click_url, view_url, cpm } = self;
        ImpressionParts { click_url, view_url, cpm }
    }

    /// Puts it together again, which whoever kept it may do once.
    ///
    /// ```
    /// # use thrads_core::{Impression, ImpressionParts};
    /// let click_url = Some("https://shop.example/boots".to_owned());
    /// let kept = ImpressionParts { click_url, view_url: None, cpm: None };
    /// let impression = Impression::from_parts(kept.clone());
    /// assert_eq!(impression.earns_micros(), 0);
    /// assert_eq!(impression.into_parts(), kept);
    /// ```
    pub fn from_parts(parts: ImpressionParts<T>) -> Self {
        let ImpressionParts { click_url, view_url, cpm } = parts;
        Self { click_url, view_url, cpm }
    }

    /// The same impression with its text made into another by `f`, such as `str::to_owned`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Impression<U> {
        Impression {
            click_url: self.click_url.map(&mut f),
            view_url: self.view_url.map(&mut f),
            cpm: self.cpm,
        }
    }
}
