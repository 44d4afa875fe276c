//! Outcomes of asking that own their text, so that they outlive the answer they came in.
//!
//! What a chat on a server is given. Section 5 of the wire contract: without an ad the chat goes on.

use crate::failure::{Cause, Failure};
use thrads_core::{BaseUrl, Hold, Offer};

/// What came of asking for an ad. None of them is an error to a chat.
///
/// ```
/// use thrads_std::Outcome;
///
/// fn under_the_answer(outcome: Outcome) -> String {
///     eprintln!("{}", outcome.explain()); // for whoever runs the server
///     let Outcome::Ad(mut served) = outcome else { return String::new() };
///     let mut text = String::new();
///     if let Some(offer) = served.offers.pop() {
///         let _full = thrads_std::core::card(&offer.ad, 60, &mut text);
///     }
///     text
/// }
/// # let nothing = Outcome::NoAd { request_id: Some("r-1".to_owned()), message: None };
/// # assert_eq!(nothing.explain(), "no ad [request r-1]");
/// # assert_eq!(under_the_answer(nothing), "");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// At least one ad.
    Ad(Served),
    /// The platform was asked and has none.
    NoAd {
        /// The platform's id of the request, for support.
        request_id: Option<String>,
        /// The platform's words: the reason.
        message: Option<String>,
    },
    /// The platform was not asked.
    Held(Hold),
    /// Something went wrong; the operator may want to know.
    Failed(Failure),
}

/// Ads that were served, each with the right to report its impression once.
#[derive(Debug)]
pub struct Served {
    /// The platform's id of the request, for support.
    pub request_id: Option<String>,
    /// One at least, unless the platform served none that can be shown.
    pub offers: Vec<Offer<String>>,
}

impl Outcome {
    /// A short name for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ad(_) => "ad",
            Self::NoAd { .. } => "no_ad",
            Self::Held(_) => "held",
            Self::Failed(_) => "failed",
        }
    }

    /// The platform's id of the request, for its support, if it told one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Ad(Served { request_id, .. }) | Self::NoAd { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Held(_) => None,
            Self::Failed(failure) => failure.request_id(),
        }
    }

    /// What happened in a line for whoever runs the server: where and in which phase, status, request id, what to do.
    /// Nothing in it is the key, a person's or the platform's own words.
    pub fn explain(&self) -> String {
        let what = match self {
            Self::Ad(served) => format!("{} to show", served.offers.len()),
            Self::NoAd { .. } => "no ad".to_owned(),
            Self::Held(hold) => return format!("held by {}: not asked", hold.reason.code()),
            Self::Failed(failure) => return failure.to_string(),
        };
        match self.request_id() {
            Some(id) => format!("{what} [request {id}]"),
            None => what,
        }
    }

    /// The outcome of asking at `base`.
    pub(crate) fn at(base: &BaseUrl, outcome: thrads_core::Outcome<'_>) -> Self {
        match Self::from(outcome) {
            Self::Failed(failure) => Self::Failed(Failure::at(base, failure.cause().clone())),
            outcome => outcome,
        }
    }
}

impl From<thrads_core::Outcome<'_>> for Outcome {
    fn from(outcome: thrads_core::Outcome<'_>) -> Self {
        match outcome {
            thrads_core::Outcome::Ad(offers) => Self::Ad(Served {
                request_id: offers.served().request_id.map(str::to_owned),
                offers: offers.map(owned).collect(),
            }),
            thrads_core::Outcome::NoAd(no_ad) => Self::NoAd {
                request_id: no_ad.request_id.map(str::to_owned),
                message: no_ad.message.map(str::to_owned),
            },
            thrads_core::Outcome::Held(hold) => Self::Held(hold),
            thrads_core::Outcome::Failed(failure) => Self::Failed(Cause::from(failure).into()),
            // A kind of outcome that this version does not know is nothing to show.
            _ => Self::Failed(Cause::Stale.into()),
        }
    }
}

fn owned(offer: Offer<&str>) -> Offer<String> {
    offer.map(str::to_owned)
}
