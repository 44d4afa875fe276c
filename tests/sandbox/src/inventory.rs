//! The ads there are (`ads.json`), and which of them fits what was just said.
//!
//! Production serves on a topical match only (wire contract 1.3); what nobody advertises, such as
//! opening hours, naturally has no bid.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::json::Style;

/// Every creative, in the order of the data file.
#[derive(Deserialize)]
pub(crate) struct Inventory {
    pub(crate) messages: Vec<Creative>,
    pub(crate) prompts: Vec<Question>,
    pub(crate) polls: Vec<Poll>,
}

/// A sponsored message.
#[derive(Deserialize)]
pub(crate) struct Creative {
    #[serde(flatten)]
    pub(crate) common: Common,
    pub(crate) placement: Placement,
    pub(crate) dsp: String,
    pub(crate) advertiser: String,
    pub(crate) image: Option<String>,
    pub(crate) headline: String,
    pub(crate) description: Option<String>,
    pub(crate) cta_text: Option<String>,
    pub(crate) product: Product,
}

/// What a sponsored message of v1 names and may price.
#[derive(Deserialize)]
pub(crate) struct Product {
    pub(crate) name: String,
    /// Both or neither.
    #[serde(flatten)]
    pub(crate) cost: Option<Cost>,
}

/// A price as the shop writes it.
#[derive(Deserialize, serde::Serialize)]
pub(crate) struct Cost {
    pub(crate) price: String,
    pub(crate) currency: String,
}

/// A sponsored prompt.
#[derive(Deserialize)]
pub(crate) struct Question {
    #[serde(flatten)]
    pub(crate) common: Common,
    pub(crate) brand: String,
    pub(crate) prompt: String,
}

/// A sponsored poll.
#[derive(Deserialize)]
pub(crate) struct Poll {
    #[serde(flatten)]
    pub(crate) common: Common,
    pub(crate) id: u32,
    pub(crate) dsp: String,
    pub(crate) advertiser: String,
    pub(crate) question: String,
    /// 2 to 4.
    pub(crate) options: Vec<String>,
    pub(crate) cta_text: Option<String>,
}

/// What every kind has.
#[derive(Deserialize)]
pub(crate) struct Common {
    /// Written all in ASCII rather than as raw UTF-8.
    ascii: bool,
    /// Dollars a thousand impressions.
    pub(crate) price: f64,
    pub(crate) domain: String,
    pub(crate) logo: Option<String>,
    topics: Vec<String>,
}

/// Whether a message shows its picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Placement {
    Text,
    Image,
}

impl Common {
    pub(crate) fn style(&self) -> Style {
        if self.ascii { Style::Ascii } else { Style::Utf8 }
    }

    /// Millionths of a dollar a thousand impressions.
    pub(crate) fn price_micros(&self) -> u64 {
        (self.price * 1e6).round() as u64
    }

    pub(crate) fn logo_url(&self) -> Option<String> {
        self.logo.as_ref().map(|file| format!("https://cdn.example/{file}"))
    }
}

impl Poll {
    /// The id of the option at a place counted from nought.
    pub(crate) fn option_id(at: usize) -> String {
        at.to_string()
    }

    /// The place of the option with this id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        (0..self.options.len()).find(|at| Self::option_id(*at) == id)
    }
}

/// What was said last, in lower case.
pub(crate) struct Exchange {
    user: String,
    assistant: String,
}

impl Exchange {
    pub(crate) fn new(user: &str, assistant: &str) -> Self {
        Self { user: user.to_lowercase(), assistant: assistant.to_lowercase() }
    }

    // What the user said says more about what they want than what they were told.
    fn score(&self, topics: &[String]) -> usize {
        let hits = |text: &str| topics.iter().filter(|topic| mentions(text, topic)).count();
        3 * hits(&self.user) + hits(&self.assistant)
    }
}

/// How hard to look for an ad.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Matching {
    /// None fits unless its subject was mentioned.
    Topical,
    /// A mentioned subject is preferred, and any ad fits.
    Always,
}

/// The ads of the data file.
pub(crate) fn inventory() -> &'static Inventory {
    static INVENTORY: OnceLock<Inventory> = OnceLock::new();
    INVENTORY.get_or_init(|| {
        serde_json::from_str(include_str!("../ads.json")).expect("ads.json is checked by a test")
    })
}

/// The best of `candidates`; among equals, `rotation` says which.
pub(crate) fn choose<'a, T>(
    candidates: impl Iterator<Item = &'a T>,
    common: impl Fn(&T) -> &Common,
    exchange: &Exchange,
    matching: Matching,
    rotation: u64,
) -> Option<&'a T> {
    let scored: Vec<_> = candidates.map(|ad| (exchange.score(&common(ad).topics), ad)).collect();
    let best = scored.iter().map(|(score, _)| *score).max()?;
    if best == 0 && matching == Matching::Topical {
        return None;
    }
    let equals: Vec<_> = scored.iter().filter(|(score, _)| *score == best).collect();
    let at = usize::try_from(rotation % equals.len() as u64).unwrap_or_default();
    Some(equals[at].1)
}

// Scripts written without spaces, or with articles joined on, have no word boundary to look for.
fn mentions(text: &str, topic: &str) -> bool {
    if topic.chars().any(|c| c >= '\u{0590}') {
        return text.contains(topic);
    }
    let joined = |c: Option<char>| c.is_some_and(|c| c < '\u{0590}' && c.is_alphanumeric());
    text.match_indices(topic).any(|(at, found)| {
        !joined(text[..at].chars().next_back()) && !joined(text[at + found.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advertiser(user: &str, assistant: &str, matching: Matching) -> Option<&'static str> {
        let exchange = Exchange::new(user, assistant);
        let ad = choose(inventory().messages.iter(), |ad| &ad.common, &exchange, matching, 0);
        ad.map(|ad| ad.advertiser.as_str())
    }

    #[test]
    fn has_headlines_around_the_smallest_cap() {
        let lengths: Vec<_> =
            inventory().messages.iter().map(|ad| ad.headline.chars().count()).collect();
        assert!([29, 30, 31].iter().all(|length| lengths.contains(length)));
    }

    #[test]
    fn has_both_spellings_and_every_gap() {
        let ads = &inventory().messages;
        assert!(ads.iter().any(|ad| ad.common.ascii) && ads.iter().any(|ad| !ad.common.ascii));
        assert!(
            ads.iter().any(|ad| ad.description.is_none())
                && ads.iter().any(|ad| ad.cta_text.is_none())
        );
        assert!(ads.iter().any(|ad| ad.advertiser == ad.common.domain));
        assert!(ads.iter().all(|ad| (ad.placement == Placement::Image) == ad.image.is_some()));
        assert!(ads.iter().all(|ad| ad.common.logo.is_some()));
        assert!(inventory().prompts.iter().any(|prompt| prompt.common.logo.is_none()));
    }

    #[test]
    fn has_polls_of_every_length_under_ids_of_their_own() {
        let polls = &inventory().polls;
        let count = |many| polls.iter().filter(|poll| poll.options.len() == many).count();
        assert!((2..=4).all(|many| count(many) > 0));
        assert_eq!((2..=4).map(count).sum::<usize>(), polls.len());
        let ids: std::collections::BTreeSet<_> = polls.iter().map(|poll| poll.id).collect();
        assert_eq!(ids.len(), polls.len());
        assert!(polls.iter().any(|poll| poll.cta_text.is_none()));
        assert_eq!(
            (polls[0].place("2"), polls[0].place("3"), polls[0].place("02")),
            (Some(2), None, None)
        );
    }

    #[test]
    fn finds_the_subject_in_any_script() {
        let found = |user| advertiser(user, "", Matching::Topical);
        assert_eq!(found("My old KETTLE leaks."), Some("Boilwell"));
        assert_eq!(found("Welcher Wasserkocher?"), Some("Süßwerk"));
        assert_eq!(found("軽いレインコートはありますか"), Some("雨音工房"));
        assert_eq!(found("أريد قهوة"), Some("بيت القهوة"));
        assert_eq!(found("Une cafetière ?"), Some("Café Bélier"));
    }

    #[test]
    fn has_nothing_for_opening_hours() {
        for user in
            ["When do you open on Sunday?", "Where are the toilets?", "Can I return this steak?"]
        {
            assert_eq!(advertiser(user, "At ten.", Matching::Topical), None);
            assert!(advertiser(user, "At ten.", Matching::Always).is_some());
        }
    }

    #[test]
    fn prefers_what_the_user_said() {
        assert_eq!(
            advertiser("Any tea?", "Coffee is on offer.", Matching::Topical),
            Some("Leaf & Linden")
        );
        assert_eq!(
            advertiser("Something warm?", "Coffee is on offer.", Matching::Topical),
            Some("Morning Post Coffee")
        );
    }
}
