//! An ad as the page draws it: plain text in named places, never markup.
//!
//! thrads-core's `card` writes it, with the label first, and keeps out what a screen must not be given; here its lines go
//! to their places. Sections 3.8 to 3.10 and 5 of the wire contract.

use serde::Serialize;
use thrads_core::{Ad, Placement, SponsoredMessage, SponsoredPoll, SponsoredPrompt, Target, card};

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
    pub(crate) fn of_appended(prompt: &SponsoredPrompt<String>, links: Links) -> Option<Self> {
        let message = SponsoredMessage {
            advertiser: prompt.advertiser.as_deref(),
            headline: Some(prompt.append_message.as_deref()?),
            cta_text: prompt.cta_text.as_deref(),
            url: prompt.url.as_str(),
            logo_url: prompt.logo_url.as_deref(),
            ..NOTHING
        };
        let message = Ad::SponsoredMessage(message).map(str::to_owned);
        Self::of(&message, links)
    }

    fn message(ad: &Ad<String>, message: &SponsoredMessage<String>, links: Links) -> Option<Self> {
        let mut lines = lines(ad)?.into_iter();
        let (label, headline) = (lines.next()?, lines.next()?);
        let mut rest: Vec<_> = lines.collect();
        let button = bare(&rest.pop()?)?;
        Some(Self::Message {
            label,
            headline: cut(&headline, MAX_HEADLINE),
            text: rest.pop().map(|text| cut(&text, MAX_TEXT)),
            button,
            href: href(&message.url, links)?,
            picture: picture(message),
        })
    }

    /// Label, question and button as a message with them has them; the core numbers the choices and leaves out those with
    /// nothing to see.
    fn poll(ad: &Ad<String>, poll: &SponsoredPoll<String>, links: Links) -> Option<Self> {
        let asked = SponsoredMessage {
            advertiser: poll.advertiser.as_deref(),
            domain: poll.domain.as_deref(),
            headline: Some(poll.question.as_str()),
            cta_text: poll.cta_text.as_deref(),
            ..NOTHING
        };
        let [label, question, button] = lines(&Ad::SponsoredMessage(asked))?.try_into().ok()?;
        let ids: Vec<_> = poll.options.iter().map(|option| option.id().to_owned()).collect();
        let choice = |line: String| {
            let (number, text) = line.split_once(". ")?;
            let place = number.parse::<usize>().ok()?.checked_sub(1)?;
            Some(Choice { id: ids.get(place)?.clone(), text: cut(text, MAX_CHOICE) })
        };
        let choices: Vec<_> = lines(ad)?.into_iter().skip(2).filter_map(choice).collect();
        let href = poll.cta_url.as_ref().and_then(|url| href(url, links));
        let link = href.map(|href| Some(Link { button: bare(&button)?, href }));
        (!choices.is_empty()).then(|| Self::Poll {
            label,
            question: cut(&question, MAX_HEADLINE),
            choices,
            link: link.flatten(),
        })
    }
}

/// Label and question of a sponsored question.
pub(crate) fn starter(ad: &Ad<String>) -> Option<(String, String)> {
    let mut lines = lines(ad)?.into_iter();
    Some((lines.next()?, cut(&lines.next()?, MAX_HEADLINE)))
}

/// The lines of the whole card: the label, what there is to read, and for a message the button in brackets.
fn lines<T: AsRef<str>>(ad: &Ad<T>) -> Option<Vec<String>> {
    let mut text = String::new();
    card(ad, COLUMNS, &mut text).ok()?;
    Some(text.lines().map(|line| cut(line, MAX_TEXT + 2)).collect())
        .filter(|lines: &Vec<_>| !lines.is_empty())
}

/// A button without its brackets, the closing one of which a very long label has lost.
fn bare(line: &str) -> Option<String> {
    let label = line.strip_prefix('[')?;
    Some(cut(label.strip_suffix(']').unwrap_or(label), MAX_BUTTON))
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

/// A message to put something into.
const NOTHING: SponsoredMessage<&str> = SponsoredMessage {
    placement: Placement::Text,
    cpm: None,
    advertiser: None,
    domain: None,
    headline: None,
    description: None,
    cta_text: None,
    url: "",
    image_url: None,
    logo_url: None,
    dsp: None,
    bid_id: None,
    view_url: None,
};
/// Wide enough for one line each.
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
            ..NOTHING
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
