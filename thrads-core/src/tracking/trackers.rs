//! The impression trackers of an ad, out of its click URL and beside it.
//!
//! Part of `tracking`. Section 4.1 of the wire contract: production sends them inside the click URL's query, the
//! documentation has a member for one of them; both are read and none is sent twice.

use crate::ad::Ad;
use crate::target::{Url, cut};

/// Trackers that an ad can have.
pub const MAX_TRACKERS: usize = 3;

/// An ad's trackers in the order they are sent, without repetitions and without those outside the rule for targets.
#[derive(Clone, Debug, Default)]
pub struct Trackers<'a> {
    urls: [Option<Url<'a>>; MAX_TRACKERS],
    refused: u8,
}

impl<'a> Trackers<'a> {
    /// The trackers in order.
    pub fn iter(&self) -> impl Iterator<Item = Url<'a>> + Clone + use<'a> {
        self.urls.into_iter().flatten()
    }

    /// Trackers that are there and will not be sent because they break the rule for targets.
    pub fn refused(&self) -> u8 {
        self.refused
    }

    fn add(&mut self, url: Url<'a>) {
        if !url.keeps_rule() {
            self.refused = self.refused.saturating_add(1);
        } else if !self.urls.contains(&Some(url))
            && let Some(free) = self.urls.iter_mut().find(|place| place.is_none())
        {
            *free = Some(url);
        }
    }
}

/// The trackers of `ad`. The formats of v1 have none, and neither has an unknown one.
pub fn trackers<T: AsRef<str>>(ad: &Ad<T>) -> Trackers<'_> {
    match ad {
        Ad::SponsoredMessage(ad) => collect(Some(ad.url.as_ref()), text(&ad.view_url)),
        Ad::SponsoredPrompt(ad) => collect(Some(ad.url.as_ref()), text(&ad.view_url)),
        Ad::SponsoredPoll(ad) => {
            collect(text(&ad.url).or_else(|| text(&ad.cta_url)), text(&ad.view_url))
        }
        Ad::ChatbotPrompt(_) | Ad::Message(_) | Ad::Unknown(_) => Trackers::default(),
    }
}

/// The demand partner's tracker, the platform's, then the one beside the click URL.
pub(super) fn collect<'a>(click_url: Option<&'a str>, view_url: Option<&'a str>) -> Trackers<'a> {
    let mut trackers = Trackers::default();
    let value = |name| parameter(click_url?, name).filter(|value| !value.is_empty());
    for name in ["view_url", "thrad_view_url"] {
        if let Some(value) = value(name) {
            trackers.add(Url::encoded(value));
        }
    }
    if let Some(url) = view_url {
        trackers.add(Url::plain(url));
    }
    trackers
}

pub(super) fn text<T: AsRef<str>>(text: &Option<T>) -> Option<&str> {
    text.as_ref().map(AsRef::as_ref)
}

/// The value of the first query parameter of this name, still encoded.
fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = cut(cut(url, b'#').0, b'?').1?;
    loop {
        let (pair, behind) = cut(rest, b'&');
        let (key, value) = cut(pair, b'=');
        if value.is_some() && key == name {
            return value;
        }
        rest = behind?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(click_url: &str, view_url: Option<&str>) -> Vec<String> {
        collect(Some(click_url), view_url).iter().map(|url| url.to_string()).collect()
    }

    #[test]
    fn decodes_once_and_leaves_plus_alone() {
        let url = "https://s.example/r?token=t&view_url=https%3A%2F%2Fd.example%2Fv%3Fa%3D1%26b%3D%252F%2B+&thrad_view_url=https%3A%2F%2Fssp.thrads.ai%2Fview%3Ftoken%3Dz#f";
        assert_eq!(
            listed(url, None),
            ["https://d.example/v?a=1&b=%2F++", "https://ssp.thrads.ai/view?token=z"]
        );
    }

    #[test]
    fn the_one_beside_the_url_comes_last_and_only_once() {
        let inside = "https://s.example/r?view_url=https%3A%2F%2Fd.example%2Fv";
        assert_eq!(listed(inside, Some("https://d.example/v")), ["https://d.example/v"]);
        assert_eq!(
            listed(inside, Some("https://e.example/v")),
            ["https://d.example/v", "https://e.example/v"]
        );
        assert_eq!(
            listed("https://s.example/r", Some("https://e.example/v")),
            ["https://e.example/v"]
        );
    }

    #[test]
    fn a_bad_tracker_is_left_out_and_counted() {
        for value in [
            "ftp%3A%2F%2Fx",
            "%ZZ",
            "http%3A%2F%2Fd.example",
            "https%3A%2F%2Fd.example%2F%0a",
            "https%3A%2F%2Fd.example%2F%ff",
            "https%3A%2F%2Fd.example%2F%4",
        ] {
            let url = format!("https://s.example/r?view_url={value}");
            let trackers = collect(Some(&url), None);
            assert_eq!((trackers.iter().count(), trackers.refused()), (0, 1), "{value}");
        }
        assert_eq!(collect(Some("https://s.example/r?view_url="), None).refused(), 0);
        assert!(listed("not a url", None).is_empty());
    }

    #[test]
    fn the_first_of_two_parameters_wins() {
        let url =
            "https://s.example/r?view_url=https%3A%2F%2Fa.example&view_url=https%3A%2F%2Fb.example";
        assert_eq!(listed(url, None), ["https://a.example"]);
    }
}
