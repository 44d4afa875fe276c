//! Outcomes of asking that own their text, so that they outlive the answer they came in.
//!
//! What a chat on a server is given. Section 5 of the wire contract: without an ad the chat goes on.

use crate::failure::{Cause, Failure};
use thrads_core::{Ad, BaseUrl, Hold, Offer, domain};

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
            thrads_core::Outcome::Ad(lent) => {
                let request_id = lent.served().request_id.map(str::to_owned);
                // A vector that is collected begins with room for four, which most answers never fill.
                let mut offers = Vec::with_capacity(lent.size_hint().1.unwrap_or(1));
                offers.extend(lent.map(owned));
                Self::Ad(Served { request_id, offers })
            }
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

/// An advertiser's domain whose letters only look like another's is shown for what it is.
fn owned(offer: Offer<&str>) -> Offer<String> {
    let mut offer = offer.map(str::to_owned);
    let names = match &mut offer.ad {
        Ad::SponsoredMessage(message) => [&mut message.domain, &mut message.advertiser],
        Ad::SponsoredPoll(poll) => [&mut poll.domain, &mut poll.advertiser],
        _ => return offer,
    };
    for name in names.into_iter().flatten().filter(|name| may_mislead(name) && is_domain(name)) {
        let mut ascii = String::new();
        if domain(name, &mut ascii) == Ok(true) {
            *name = ascii;
        }
    }
    offer
}

/// Short ASCII, which most names are, is shown as it is whatever it says.
fn may_mislead(name: &str) -> bool {
    !name.is_ascii() || name.len() > MAX_LABEL
}

/// The name of an advertiser may be a domain, too.
fn is_domain(name: &str) -> bool {
    name.contains('.') && !name.contains(char::is_whitespace)
}

/// Bytes of a label that a domain may have (RFC 1035 2.3.4).
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;
    use thrads_core::{
        ApiKey, BidRequest, Call, EndUser, Environment, Family, Head, Instant, Millis, Policy,
        Publisher, Rate, Session,
    };

    fn advertiser(name: &str) -> String {
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
        let person = EndUser::this_device("test/1").unwrap();
        let call = Call::Bid(BidRequest::opener("u", person).unwrap());
        let now = Instant::from_millis(0);
        session.poll_request(now, &mut Rate::default(), Millis(0), &publisher, call);
        let body = format!(
            r#"{{"data":{{"bid":{{"headline":"H","advertiser":"{name}","url":"https://s.example/"}}}}}}"#
        );
        match Outcome::from(session.handle_response(&Head::new(200), &mut body.into_bytes())) {
            Outcome::Ad(served) => served.offers[0].ad.advertiser().unwrap().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_domain_that_looks_like_another_is_shown_for_what_it_is() {
        assert_eq!(advertiser("p\u{430}ypal.example"), "xn--pypal-4ve.example");
        let long = "a".repeat(64);
        assert_eq!(advertiser(&format!("{long}.example")), "….example");
        for name in
            ["s.example", "bücher.example", "пример.испытание", "P\u{430}ypal", "Dr. \u{430}b"]
        {
            assert_eq!(advertiser(name), name);
        }
    }
}
