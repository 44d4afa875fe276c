//! Ads as the platform serves them, one type a format.
//!
//! Between `response`, which reads them, and `render` and `tracking`, which need nothing else. Sections 2.2, 2.3 and 3.8
//! to 3.11 of the wire contract. `T` is the text: `&str` borrowed from the answer, or an owned string on a server.

mod poll;

pub(crate) use poll::pack;
#[cfg(test)]
pub(crate) use poll::packed;
pub use poll::{PollOption, PollOptions, SponsoredPoll};

use crate::json::read::Reader;
use crate::json::schema::{Schema, names};
use crate::json::text::Chars;
use crate::json::value::Value;

/// A sponsored piece of content in one of the platform's formats.
///
/// Text is the advertiser's, exactly as decoded: show it through [`card`](crate::card) or [`speech`](crate::speech), which
/// write the disclosure and keep control characters out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ad<T> {
    /// A message under an answer (SSP `sponsored_message`).
    SponsoredMessage(SponsoredMessage<T>),
    /// A question to offer, which becomes the person's message when tapped (SSP `sponsored_prompt`).
    SponsoredPrompt(SponsoredPrompt<T>),
    /// A question with answers to vote on (SSP `sponsored_poll`).
    SponsoredPoll(SponsoredPoll<T>),
    /// A question to offer, of the v1 API (E1).
    ChatbotPrompt(ChatbotPrompt<T>),
    /// A message under an answer, of the v1 API (E2).
    Message(ChatbotMessage<T>),
    /// A format that this version does not know; it is not shown, and not an error.
    Unknown(UnknownAd<T>),
}

/// `sponsored_message`: headline, description and a call to action (wire contract 3.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SponsoredMessage<T> {
    /// Text unless the platform says `image`.
    pub placement: Placement,
    /// What a thousand impressions earn.
    pub cpm: Option<Cpm>,
    /// Brand name; in rare cases a domain.
    pub advertiser: Option<T>,
    /// The advertiser's site.
    pub domain: Option<T>,
    /// Headline; this or `description` is there.
    pub headline: Option<T>,
    /// Body text.
    pub description: Option<T>,
    /// Label of the call to action; where it is absent, `card` writes "Learn More".
    pub cta_text: Option<T>,
    /// The click-tracking URL, the only place to send a click. It keeps the rule for targets; nothing fetches it.
    pub url: T,
    /// Picture to show; the caller's to fetch.
    pub image_url: Option<T>,
    /// Logo to show; the caller's to fetch.
    pub logo_url: Option<T>,
    /// The demand partner that won.
    pub dsp: Option<T>,
    /// The platform's id of this bid, for support.
    pub bid_id: Option<T>,
    /// Impression tracker beside those inside `url`; it need not keep the rule for targets.
    pub view_url: Option<T>,
}

/// `sponsored_prompt`: a question to offer before or between the person's own (wire contract 3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SponsoredPrompt<T> {
    /// The question; on a tap it becomes the person's message.
    pub prompt: T,
    /// Brand text to show under the model's answer to the question.
    pub append_message: Option<T>,
    /// Label of the call to action.
    pub cta_text: Option<T>,
    /// The brand's link. It keeps the rule for targets; nothing fetches it.
    pub url: T,
    /// To be told of a tap on the question; absent where it breaks the rule for targets.
    pub click_url: Option<T>,
    /// Logo to show; the caller's to fetch.
    pub logo_url: Option<T>,
    /// Picture to show; the caller's to fetch.
    pub image_url: Option<T>,
    /// Brand name.
    pub advertiser: Option<T>,
    /// What a thousand impressions earn.
    pub cpm: Option<Cpm>,
    /// The platform's id of this bid, for support.
    pub bid_id: Option<T>,
    /// Impression tracker; it need not keep the rule for targets.
    pub view_url: Option<T>,
}

/// The sponsored chatbot prompt of the v1 API (wire contract 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ChatbotPrompt<T> {
    /// The sponsored question to show.
    pub prompt: T,
    /// Where a click leads. It keeps the rule for targets; nothing fetches it.
    pub link: T,
    /// The sponsor.
    pub brand: Option<T>,
    /// Id for the feedback call (since August 2025).
    pub sponsored_prompt_id: Option<T>,
    /// Icon to show; the caller's to fetch.
    pub icon: Option<T>,
    /// Token for the click call (before August 2025).
    pub token: Option<T>,
}

/// The sponsored message of the v1 API (wire contract 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ChatbotMessage<T> {
    /// The message.
    pub creative: T,
    /// The product's name.
    pub prod_name: Option<T>,
    /// Picture to show, square; the caller's to fetch. An old client took it for the picture itself in base64.
    pub img_url: Option<T>,
    /// Where a click leads. It keeps the rule for targets; nothing fetches it, since a fetch is a click.
    pub prod_url: T,
    /// The product's price in millionths of `currency`; not what the ad earns.
    pub price_micros: Option<u64>,
    /// The currency of the price.
    pub currency: Option<T>,
}

/// An ad of a format that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UnknownAd<T> {
    /// The ad's JSON object as it came.
    pub raw: T,
}

impl<T: AsRef<str>> UnknownAd<T> {
    /// The characters of the platform's name of the format; none if `raw` has no name.
    pub fn format(&self) -> impl Iterator<Item = char> + '_ {
        let document = self.raw.as_ref().as_bytes();
        let mut name = Value::ABSENT;
        let read = Reader::new(document).item(&NAME, core::slice::from_mut(&mut name));
        let is_there = read.is_some() && name.is_text(document);
        Chars::new(if is_there { name.inside_of(document) } else { b"" })
    }
}

const NAME: Schema = Schema::of(names!["ad_format"]);

/// Whether an ad is made to be shown with its picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Placement {
    /// Text, with the logo if there is one; also for values that this version does not know.
    #[default]
    Text,
    /// With the picture.
    Image,
}

/// A price for a thousand impressions, in millionths of its currency's unit: dollars on the SSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cpm(pub u64);

impl Cpm {
    /// What one counted impression earned, in millionths of the unit; the fraction is dropped.
    pub const fn per_impression_micros(self) -> u64 {
        self.0 / 1000
    }
}

impl<T: AsRef<str>> Ad<T> {
    /// Who is behind the ad, as the disclosure names them: the advertiser, else their domain, else nobody.
    pub fn advertiser(&self) -> Option<&str> {
        match self {
            Self::SponsoredMessage(ad) => ad.advertiser.as_ref().or(ad.domain.as_ref()),
            Self::SponsoredPrompt(ad) => ad.advertiser.as_ref(),
            Self::SponsoredPoll(ad) => ad.advertiser.as_ref().or(ad.domain.as_ref()),
            Self::ChatbotPrompt(ad) => ad.brand.as_ref(),
            Self::Message(_) | Self::Unknown(_) => None,
        }
        .map(AsRef::as_ref)
    }

    /// Where a click leads; `None` for an unknown format and a poll without a call to action. That of a poll is for after
    /// the vote.
    pub fn click_url(&self) -> Option<&str> {
        match self {
            Self::SponsoredMessage(ad) => Some(ad.url.as_ref()),
            Self::SponsoredPrompt(ad) => Some(ad.url.as_ref()),
            Self::SponsoredPoll(ad) => ad.cta_url.as_ref().map(AsRef::as_ref),
            Self::ChatbotPrompt(ad) => Some(ad.link.as_ref()),
            Self::Message(ad) => Some(ad.prod_url.as_ref()),
            Self::Unknown(_) => None,
        }
    }

    /// What a thousand impressions earn, where the platform says so.
    pub fn cpm(&self) -> Option<Cpm> {
        match self {
            Self::SponsoredMessage(ad) => ad.cpm,
            Self::SponsoredPrompt(ad) => ad.cpm,
            Self::SponsoredPoll(ad) => ad.cpm,
            Self::ChatbotPrompt(_) | Self::Message(_) | Self::Unknown(_) => None,
        }
    }
}

impl<T> Ad<T> {
    /// The same ad with each text made into another by `f`, such as `str::to_owned`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Ad<U> {
        match self {
            Self::SponsoredMessage(ad) => Ad::SponsoredMessage(SponsoredMessage {
                placement: ad.placement,
                cpm: ad.cpm,
                advertiser: ad.advertiser.map(&mut f),
                domain: ad.domain.map(&mut f),
                headline: ad.headline.map(&mut f),
                description: ad.description.map(&mut f),
                cta_text: ad.cta_text.map(&mut f),
                url: f(ad.url),
                image_url: ad.image_url.map(&mut f),
                logo_url: ad.logo_url.map(&mut f),
                dsp: ad.dsp.map(&mut f),
                bid_id: ad.bid_id.map(&mut f),
                view_url: ad.view_url.map(&mut f),
            }),
            Self::SponsoredPrompt(ad) => Ad::SponsoredPrompt(SponsoredPrompt {
                prompt: f(ad.prompt),
                append_message: ad.append_message.map(&mut f),
                cta_text: ad.cta_text.map(&mut f),
                url: f(ad.url),
                click_url: ad.click_url.map(&mut f),
                logo_url: ad.logo_url.map(&mut f),
                image_url: ad.image_url.map(&mut f),
                advertiser: ad.advertiser.map(&mut f),
                cpm: ad.cpm,
                bid_id: ad.bid_id.map(&mut f),
                view_url: ad.view_url.map(&mut f),
            }),
            Self::SponsoredPoll(ad) => Ad::SponsoredPoll(ad.map(f)),
            Self::ChatbotPrompt(ad) => Ad::ChatbotPrompt(ChatbotPrompt {
                prompt: f(ad.prompt),
                link: f(ad.link),
                brand: ad.brand.map(&mut f),
                sponsored_prompt_id: ad.sponsored_prompt_id.map(&mut f),
                icon: ad.icon.map(&mut f),
                token: ad.token.map(&mut f),
            }),
            Self::Message(ad) => Ad::Message(ChatbotMessage {
                creative: f(ad.creative),
                prod_name: ad.prod_name.map(&mut f),
                img_url: ad.img_url.map(&mut f),
                prod_url: f(ad.prod_url),
                price_micros: ad.price_micros,
                currency: ad.currency.map(&mut f),
            }),
            Self::Unknown(ad) => Ad::Unknown(UnknownAd { raw: f(ad.raw) }),
        }
    }
}
