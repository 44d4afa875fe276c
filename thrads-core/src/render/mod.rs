//! What a person is shown or told: an ad's text, always behind its disclosure.
//!
//! The last stage: takes a whole [`Ad`], writes plain text. Section 5 of the wire contract (label, call to action, an
//! advertiser that may be a domain); 3.8 to 3.10, 2.2 and 2.3 for the formats. Nothing here holds a copy of the text: `text`
//! lets through what may be seen; `pieces` measures it and `card` breaks it into lines; `speakable` makes words of it, `speaker`
//! keeps their time and `speech` makes sentences, as a `voice` has them.

mod card;
mod class;
mod domain;
mod escaped;
mod pieces;
mod speakable;
mod speaker;
mod speech;
mod text;
mod voice;

pub use card::{MIN_COLUMNS, card};
pub use domain::domain;
pub use escaped::{Escaped, Markup};
pub use speech::{Spoken, speech, spoken_choice};
pub use voice::{Phrases, Voice};

use crate::ad::{Ad, PollOptions};
use crate::json::write::{SCRATCH, decimal};
use core::fmt::{self, Write};
use text::Clean;

/// The label that stands before every ad (wire contract section 5): written by [`card`] and [`speech`], never left out
/// and never cut.
pub const DISCLOSURE: &str = "Sponsored";

/// The call to action of a sponsored message whose own is absent or has nothing to show (wire contract 3.8).
pub const DEFAULT_CTA: &str = "Learn More";

/// The characters of a text that may be seen: without controls, bidirectional overrides and what else is invisible, with one
/// space for white space of any kind and none at either end. For programs that lay an ad out themselves, a button's text apart
/// from its card; they write the label as [`card`] does.
///
/// ```
/// let words: String = thrads_core::plain("  Kettles\u{202e} that\n\u{1b}[31mdo not drip\u{200b} ").collect();
/// assert_eq!(words, "Kettles that [31mdo not drip");
/// ```
pub fn plain(text: &str) -> impl Iterator<Item = char> + Clone {
    Clean::new(text)
}

/// The texts of an ad as they came, to be written only through [`Clean`]; each may be blank.
struct Shown<'a> {
    sponsor: &'a str,
    /// Headline and description, product and message, or the question of a prompt or a poll.
    texts: [&'a str; 2],
    /// The answers to a poll's question, numbered from 1.
    options: PollOptions<&'a str>,
    /// Only a message has one.
    call_to_action: Option<&'a str>,
}

impl<'a> Shown<'a> {
    /// `None` for a format that is not shown.
    fn of<T: AsRef<str>>(ad: &'a Ad<T>) -> Option<Self> {
        let sponsor = ad.advertiser().unwrap_or_default();
        let mut shown =
            Self { sponsor, texts: [""; 2], options: PollOptions(""), call_to_action: None };
        let mut domain = "";
        match ad {
            Ad::SponsoredMessage(message) => {
                domain = text(&message.domain);
                shown.texts = [text(&message.headline), text(&message.description)];
                shown.call_to_action = Some(text(&message.cta_text));
            }
            Ad::SponsoredPrompt(prompt) => shown.texts = [prompt.prompt.as_ref(), ""],
            Ad::SponsoredPoll(poll) => {
                domain = text(&poll.domain);
                shown.options = PollOptions(poll.options.0.as_ref());
                shown.texts = [poll.question.as_ref(), ""];
            }
            Ad::ChatbotPrompt(prompt) => shown.texts = [prompt.prompt.as_ref(), ""],
            Ad::Message(message) => {
                shown.texts = [text(&message.prod_name), message.creative.as_ref()];
                shown.call_to_action = Some("");
            }
            Ad::Unknown(_) => return None,
        }
        // A name with nothing to show does not hide the domain.
        if Clean::new(shown.sponsor).is_blank() {
            shown.sponsor = domain;
        }
        Some(shown)
    }

    /// The options that have something to show, each with its number: its place among all of them.
    fn options(&self) -> impl Iterator<Item = (u64, &str)> {
        let mut number = 0_u64;
        let numbered = self.options.iter().map(move |option| {
            number = number.saturating_add(1);
            (number, option.text())
        });
        numbered.filter(|(_, text)| !Clean::new(text).is_blank())
    }
}

/// Writes a number and returns how many digits it has. In place of `write!`, which is more flash than all of a card.
fn write_number(number: u64, out: &mut impl Write) -> Result<usize, fmt::Error> {
    let mut scratch = [0; SCRATCH];
    let digits = decimal(number, &mut scratch);
    digits.iter().try_for_each(|&digit| out.write_char(char::from(digit)))?;
    Ok(digits.len())
}

fn text<T: AsRef<str>>(text: &Option<T>) -> &str {
    text.as_ref().map_or("", AsRef::as_ref)
}

#[cfg(test)]
mod samples {
    use crate::ad::{
        Ad, ChatbotMessage, ChatbotPrompt, Placement, PollOptions, SponsoredMessage, SponsoredPoll,
        SponsoredPrompt,
    };

    pub(super) const NOTHING: SponsoredMessage<&str> = SponsoredMessage {
        placement: Placement::Text,
        cpm: None,
        advertiser: None,
        domain: None,
        headline: None,
        description: None,
        cta_text: None,
        url: "https://secret-url.example/",
        image_url: None,
        logo_url: None,
        dsp: None,
        bid_id: None,
        view_url: None,
    };

    pub(super) fn message<'a>(
        advertiser: &'a str,
        headline: &'a str,
        description: &'a str,
    ) -> Ad<&'a str> {
        Ad::SponsoredMessage(SponsoredMessage {
            advertiser: Some(advertiser),
            headline: Some(headline),
            description: Some(description),
            ..NOTHING
        })
    }

    pub(super) fn prompt(prompt: &str) -> Ad<&str> {
        Ad::SponsoredPrompt(SponsoredPrompt {
            prompt,
            append_message: None,
            cta_text: Some("Shop"),
            url: NOTHING.url,
            click_url: None,
            logo_url: None,
            image_url: None,
            advertiser: Some("Fellrunner"),
            cpm: None,
            bid_id: None,
            view_url: None,
        })
    }

    pub(super) fn chatbot_prompt(prompt: &str) -> Ad<&str> {
        Ad::ChatbotPrompt(ChatbotPrompt {
            prompt,
            link: NOTHING.url,
            brand: Some("Fellrunner"),
            sponsored_prompt_id: None,
            icon: None,
            token: None,
        })
    }

    pub(super) fn chatbot_message<'a>(prod_name: &'a str, creative: &'a str) -> Ad<&'a str> {
        Ad::Message(ChatbotMessage {
            creative,
            prod_name: Some(prod_name),
            img_url: None,
            prod_url: NOTHING.url,
            price_micros: None,
            currency: None,
        })
    }

    /// A poll whose options stand packed in `options`.
    pub(super) fn poll<'a>(question: &'a str, options: &'a str) -> Ad<&'a str> {
        Ad::SponsoredPoll(SponsoredPoll {
            question,
            options: PollOptions(options),
            vote_url: NOTHING.url,
            results_url: NOTHING.url,
            cta_url: Some(NOTHING.url),
            cta_text: Some("Listen"),
            advertiser: Some("Tuneloft"),
            domain: None,
            logo_url: None,
            cpm: None,
            dsp: None,
            bid_id: None,
            url: None,
            view_url: None,
        })
    }

    /// What an advertiser may send, kindly or not.
    pub(super) const TEXTS: &[&str] = &[
        "",
        " \t\n",
        "a",
        "Kettles that do not drip",
        "Geräuscharme Edelstahlwasserkocherneuheiten für Großküchen – Überzeugend günstig!",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "L’été, une bouilloire à température réglable\u{a0}: 1\u{202f}299\u{a0}€\u{a0}! «\u{a0}Ça alors\u{a0}»",
        "Cafe\u{301} nai\u{308}ve Vi\u{1ec7}t e\u{302}\u{323} u\u{31b}\u{301}",
        "静かで安全な電気ケトル。「二年保証」付き、今だけ送料無料！",
        "がぎぐげご",
        "ｶﾞﾗｽ製のケトル ﾊﾝﾄﾞﾄﾞﾘｯﾌﾟ",
        "不滴水的电热水壶，两年质保（全国联保）。立即选购Boilwell！",
        "물이 새지 않는 전기 주전자를 만나보세요. 이년보증무료배송사은품증정행사중입니다",
        "غلاية كهربائية هادئة، ضمان لمدة سنتين. هل تريد المزيد؟ مُحَمَّدٌ",
        "می\u{200c}خواهم کتری بخرم",
        "קומקום חשמלי שקט עם אחריות לשנתיים! שָׁלוֹם",
        "กาต้มน้ำไฟฟ้าเงียบมากรับประกันสองปี",
        "शांत इलेक्ट्रिक केतली, दो साल की वारंटी",
        "Чайник, который не капает",
        "Tea ☕️ 👍🏽 ❤️‍🔥 👨‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 🇩🇪🇫🇷🇯🇵🇺🇸🇬🇧🇮🇱 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍❤️‍💋‍👨‍👩‍👧‍👦‍🔥‍🔥‍🔥‍🔥‍🔥‍🔥‍🔥‍🔥",
        "🇩🇪🇫🇷🇯🇵🇺🇸🇬🇧🇮🇱🇩🇪🇫🇷🇯🇵🇺🇸🇬🇧🇮🇱🇩",
        "\u{202e}elttek yuB\u{202c} \u{2066}x\u{2069} \u{200f}y\u{200e}\u{61c}",
        "nul\0 \u{1b}[31mred\u{1b}[0m \u{9b}2J \u{7f}bell\u{7}\u{8}\u{8}\u{8}\r\nover",
        "\u{301}\u{302}lead Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}algo \u{338}\u{20e3}",
        "\u{200d}\u{200d}\u{fe0f}\u{200c}a\u{200d}b\u{200c}c\u{fe0f}\u{fe0f}d\u{200d}",
        "\u{2800}\u{3164}\u{115f}\u{ffa0}\u{ad}\u{34f}\u{180e}",
        "\u{e000}\u{f8ff}\u{fdd0}\u{ffff}\u{1fffe}\u{e0041}\u{f0000}\u{10ffff}\u{fff9}x\u{fffb}\u{fffc}",
        "https://a-very-long-address.example/with/a/path?and=a&query=that&never=ends#at-all",
        "、、、、、、、、、、。。。。。。。。。。」」」」」」」（（（（（（（（（（（「「「「「",
        "ab漢cd字ef、gh。",
    ];
}

#[cfg(test)]
mod tests {
    use super::samples::NOTHING;
    use super::*;
    use crate::ad::SponsoredMessage;

    fn sponsor_of(advertiser: Option<&str>, domain: Option<&str>) -> String {
        let ad = Ad::SponsoredMessage(SponsoredMessage { advertiser, domain, ..NOTHING });
        Clean::new(Shown::of(&ad).unwrap().sponsor).collect()
    }

    #[test]
    fn a_name_with_nothing_to_show_does_not_hide_the_domain() {
        assert_eq!(sponsor_of(Some("Boilwell"), Some("boilwell.example")), "Boilwell");
        for blank in ["", " \t", "\u{200b}", "\u{202e}\u{2800}", "\u{301}", "\u{3164}"] {
            assert_eq!(sponsor_of(Some(blank), Some("boilwell.example")), "boilwell.example");
            assert_eq!(sponsor_of(Some(blank), Some(blank)), "");
            assert_eq!(sponsor_of(Some(blank), None), "");
        }
        assert_eq!(sponsor_of(None, Some("boilwell.example")), "boilwell.example");
        assert_eq!(sponsor_of(None, None), "");
    }
}
