//! An ad as the page draws it: plain text in named places, never markup.
//!
//! The label is the first line of thrads-core's `card`; every other text goes through its `plain`, which keeps out what a
//! screen must not be given. Sections 3.8 to 3.10 and 5 of the wire contract.

use serde::Serialize;
use thrads_core::{
    Ad, DEFAULT_CTA, Placement, PollOption, SponsoredMessage, SponsoredPoll, Target, card, plain,
};

/// What the page draws.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Face {
    Message {
        label: String,
        headline: String,
        text: Option<String>,
        button: String,
        href: String,
        picture: Option<Picture>,
    },
    Poll {
        label: String,
        question: String,
        choices: Vec<Choice>,
        /// For after the vote.
        link: Option<Link>,
    },
}

/// A picture beside the text, or a logo.
#[derive(Clone, Serialize)]
pub(crate) struct Picture {
    src: String,
    is_logo: bool,
}

#[derive(Clone, Serialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Clone, Serialize)]
pub(crate) struct Link {
    button: String,
    href: String,
}

/// Which links the page may have: https, and loopback where the platform itself is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Secure,
    Loopback,
}

impl Face {
    /// `None` for what the page has no place for, or what has nothing to show.
    pub(crate) fn of(ad: &Ad<String>, links: Links) -> Option<Self> {
        match ad {
            Ad::SponsoredMessage(message) => Self::message(ad, message, links),
            Ad::SponsoredPoll(poll) => Self::poll(ad, poll, links),
            _ => None,
        }
    }

    /// What stands under the answer to a sponsored question, where the brand has something to add.
    pub(crate) fn of_appended(ad: &Ad<String>, links: Links) -> Option<Self> {
        let Ad::SponsoredPrompt(prompt) = ad else { return None };
        let logo = prompt.logo_url.as_ref().and_then(|logo| href(logo, Links::Secure));
        Some(Self::Message {
            label: label(ad)?,
            headline: cut(&readable(prompt.append_message.as_ref())?, MAX_HEADLINE),
            text: None,
            button: button(prompt.cta_text.as_ref()),
            href: href(&prompt.url, links)?,
            picture: logo.map(|src| Picture { src, is_logo: true }),
        })
    }

    fn message(ad: &Ad<String>, message: &SponsoredMessage<String>, links: Links) -> Option<Self> {
        let texts = [&message.headline, &message.description];
        let mut texts = texts.into_iter().filter_map(|text| readable(text.as_ref()));
        Some(Self::Message {
            label: label(ad)?,
            headline: cut(&texts.next()?, MAX_HEADLINE),
            text: texts.next().map(|text| cut(&text, MAX_TEXT)),
            button: button(message.cta_text.as_ref()),
            href: href(&message.url, links)?,
            picture: picture(message),
        })
    }

    /// Choices with nothing to see are left out.
    fn poll(ad: &Ad<String>, poll: &SponsoredPoll<String>, links: Links) -> Option<Self> {
        let choice = |option: PollOption<'_>| {
            let text = cut(&readable(Some(option.text()))?, MAX_CHOICE);
            Some(Choice { id: option.id().to_owned(), text })
        };
        let choices: Vec<_> = poll.options.iter().filter_map(choice).collect();
        let href = poll.cta_url.as_ref().and_then(|url| href(url, links));
        let question = cut(&readable(Some(&poll.question))?, MAX_HEADLINE);
        let link = href.map(|href| Link { button: button(poll.cta_text.as_ref()), href });
        let label = label(ad)?;
        (!choices.is_empty()).then_some(Self::Poll { label, question, choices, link })
    }
}

/// Label and question of a sponsored question.
pub(crate) fn starter(ad: &Ad<String>) -> Option<(String, String)> {
    let question = match ad {
        Ad::SponsoredPrompt(prompt) => &prompt.prompt,
        Ad::ChatbotPrompt(prompt) => &prompt.prompt,
        _ => return None,
    };
    Some((label(ad)?, cut(&readable(Some(question))?, MAX_HEADLINE)))
}

/// The first line of the core's card: the disclosure, and who is behind the ad.
fn label(ad: &Ad<String>) -> Option<String> {
    let mut text = String::new();
    card(ad, COLUMNS, &mut text).ok()?;
    text.lines().next().map(|line| cut(line, MAX_TEXT))
}

/// A text as it may be seen; `None` where there is nothing to see.
fn readable(text: Option<impl AsRef<str>>) -> Option<String> {
    let text: String = plain(text?.as_ref()).collect();
    Some(text).filter(|text| !text.is_empty())
}

fn button(call: Option<&String>) -> String {
    cut(readable(call).as_deref().unwrap_or(DEFAULT_CTA), MAX_BUTTON)
}

/// In text mode the logo, else the picture; only what a browser may fetch.
fn picture(message: &SponsoredMessage<String>) -> Option<Picture> {
    let image = message.image_url.as_ref().filter(|_| message.placement == Placement::Image);
    let (src, is_logo) = match (image, &message.logo_url) {
        (Some(image), _) => (image, false),
        (None, Some(logo)) => (logo, true),
        (None, None) => return None,
    };
    Some(Picture { src: href(src, Links::Secure)?, is_logo })
}

fn href(url: &str, links: Links) -> Option<String> {
    let target = Target::parse(url)?;
    (target.secure || links == Links::Loopback).then(|| url.to_owned())
}

/// At most `most` characters, with a sign where there were more.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// Wide enough for a label of any length.
const COLUMNS: usize = usize::MAX / 2;
/// Characters of each place; a longer text is cut, so that nobody's card fills the screen.
const MAX_HEADLINE: usize = 120;
const MAX_TEXT: usize = 300;
const MAX_BUTTON: usize = 40;
const MAX_CHOICE: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn message(change: impl FnOnce(&mut SponsoredMessage<String>)) -> Value {
        let message = SponsoredMessage {
            placement: Placement::Image,
            advertiser: Some("Boilwell"),
            headline: Some("Kettles"),
            description: Some("Steel."),
            url: "https://s.example/r?token=t",
            image_url: Some("https://cdn.example/i.jpg"),
            logo_url: Some("https://cdn.example/l.png"),
            cpm: None,
            domain: None,
            cta_text: None,
            dsp: None,
            bid_id: None,
            view_url: None,
        };
        let Ad::SponsoredMessage(mut message) = Ad::SponsoredMessage(message).map(str::to_owned)
        else {
            unreachable!("it stays a message")
        };
        change(&mut message);
        serde_json::to_value(Face::of(&Ad::SponsoredMessage(message), Links::Secure)).unwrap()
    }

    #[test]
    fn a_message_has_its_label_and_its_own_button() {
        let whole = message(|_| {});
        assert_eq!(whole["label"], "Sponsored · Boilwell");
        assert_eq!(
            [&whole["headline"], &whole["text"], &whole["button"]],
            ["Kettles", "Steel.", "Learn More"]
        );
        assert_eq!(whole["href"], "https://s.example/r?token=t");
        let short = message(|ad| ad.headline = None);
        assert_eq!((&short["headline"], &short["text"]), (&json!("Steel."), &Value::Null));
    }

    #[test]
    fn placement_says_which_picture() {
        assert_eq!(
            message(|_| {})["picture"],
            json!({"src": "https://cdn.example/i.jpg", "is_logo": false})
        );
        let logo = json!({"src": "https://cdn.example/l.png", "is_logo": true});
        assert_eq!(message(|ad| ad.placement = Placement::Text)["picture"], logo);
        assert_eq!(message(|ad| ad.image_url = None)["picture"], logo);
        let plain = message(|ad| ad.image_url = Some("http://127.0.0.1/i.jpg".to_owned()));
        assert_eq!(plain["picture"], Value::Null);
    }

    #[test]
    fn what_cannot_be_shown_makes_no_card() {
        assert_eq!(message(|ad| ad.url = "javascript:alert(1)".to_owned()), Value::Null);
        assert_eq!(message(|ad| ad.url = "http://127.0.0.1:1/".to_owned()), Value::Null);
        let blank =
            message(|ad| (ad.headline, ad.description) = (Some("\u{202e}".to_owned()), None));
        assert_eq!(blank, Value::Null);
    }

    #[test]
    fn long_and_hidden_text_is_cut_and_cleaned() {
        let long = message(|ad| {
            ad.headline = Some("x".repeat(200_000));
            ad.cta_text = Some("y".repeat(200_000));
            ad.description = Some("a\u{202e}b\u{0}\n<b>c</b>".to_owned());
        });
        assert_eq!(long["headline"].as_str().unwrap().chars().count(), MAX_HEADLINE + 1);
        assert_eq!(long["button"].as_str().unwrap().chars().count(), MAX_BUTTON + 1);
        assert_eq!(long["text"], "ab <b>c</b>");
    }
}
