//! Hostile creatives through every way to show or say an ad: nothing hidden gets out, and text stays text.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use thrads_core::{
    Ad, Answer, Endpoint, Escaped, Head, Markup, Placement, SponsoredMessage, Voice, card, decode,
    plain, speech,
};

#[test]
fn nothing_hidden_gets_out_and_the_label_stands_first() {
    for text in texts() {
        for ad in ads(&text) {
            for columns in [12, 40, 200] {
                let card = shown(&ad, columns);
                assert!(card.starts_with("Sponsored"), "{card:?}");
                assert!(!card.replace('\n', "").contains(is_hidden), "{card:?}");
            }
            let said = said(&ad);
            // A poll that is too long for a voice is not said at all.
            let is_left_out = said.is_empty() && matches!(ad, Ad::SponsoredPoll(_));
            assert!(is_left_out || said.starts_with("Sponsored"), "{ad:?}");
            assert!(!said.contains(is_hidden), "{said:?}");
        }
        assert!(!plain(&text).any(is_hidden));
    }
}

#[test]
fn what_is_said_is_no_element_of_ssml() {
    for ad in texts().iter().flat_map(|text| ads(text)) {
        let said = said(&ad);
        assert!(!said.contains(['<', '>', '&']), "{said}");
    }
}

#[test]
fn a_card_in_a_page_is_text_and_the_same_text() {
    for ad in texts().iter().flat_map(|text| ads(text)) {
        let page = escaped(&ad, Markup::Html);
        assert!(!page.contains(['<', '>', '"', '\'']), "{page}");
        let mut text = page.replace("&lt;", "<").replace("&gt;", ">");
        text = text.replace("&quot;", "\"").replace("&#39;", "'");
        assert_eq!(text.replace("&amp;", "&"), shown(&ad, COLUMNS));
    }
}

/// As another library reads it, with everything switched on that it knows.
#[test]
fn a_card_in_markdown_is_text_and_the_same_text() {
    for ad in texts().iter().flat_map(|text| ads(text)) {
        let markdown = escaped(&ad, Markup::Markdown);
        let mut text = String::new();
        for event in Parser::new_ext(&markdown, Options::all()) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::SoftBreak => text.push('\n'),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                other => panic!("{other:?} in {markdown}"),
            }
        }
        assert_eq!(text, shown(&ad, COLUMNS));
    }
}

#[test]
fn a_kind_text_is_in_an_ad_of_every_format() {
    let ads = ads("Kettles");
    assert_eq!(ads.len(), 5);
    assert!(ads.iter().any(|ad| matches!(ad, Ad::SponsoredPrompt(_))));
    assert!(ads.iter().any(|ad| matches!(ad, Ad::SponsoredPoll(_))));
}

/// The corpus is hostile: as it stands, it is markup.
#[test]
fn without_care_the_corpus_is_markup_and_hidden_characters() {
    let all = texts();
    let is_markup = |text: &String| {
        Parser::new_ext(text, Options::all()).any(|event| {
            !matches!(
                event,
                Event::Text(_)
                    | Event::SoftBreak
                    | Event::Start(Tag::Paragraph)
                    | Event::End(TagEnd::Paragraph)
            )
        })
    };
    assert!(all.iter().filter(|text| is_markup(text)).count() >= 20);
    assert!(all.iter().filter(|text| text.contains('<')).count() >= 12);
    assert!(all.iter().filter(|text| text.contains(is_hidden)).count() >= 8);
}

/// As it comes from the platform: through the wire, in every text that an ad has.
fn ads(text: &str) -> Vec<Ad<String>> {
    let quoted = serde_json::to_string(text).unwrap();
    let bodies = [
        format!(
            r#"{{"headline":{quoted},"description":{quoted},"advertiser":{quoted},"cta_text":{quoted},"url":"https://s.example/"}}"#
        ),
        format!(r#"{{"headline":"H","domain":{quoted},"url":"https://s.example/"}}"#),
        format!(
            r#"{{"sponsored_prompt":{quoted},"advertiser":{quoted},"url":"https://s.example/","sponsored_prompt_click_url":"https://s.example/c"}}"#
        ),
        format!(
            r#"{{"ad_format":"sponsored_poll","question":{quoted},"advertiser":{quoted},"options":[{{"id":"0","text":{quoted}}},{{"id":"1","text":"B"}}],"vote_url":"https://s.example/v","results_url":"https://s.example/r"}}"#
        ),
    ];
    let mut ads: Vec<_> = bodies.iter().filter_map(|bid| of_bid(bid)).collect();
    let polls = ads.iter().filter(|ad| matches!(ad, Ad::SponsoredPoll(_))).count();
    assert!(ads.len() >= 2 && polls <= 1, "{text:?}");
    // Whatever the reader refuses, a renderer may be given all the same.
    ads.push(Ad::SponsoredMessage(SponsoredMessage {
        headline: Some(text.to_owned()),
        domain: Some(text.to_owned()),
        ..message()
    }));
    ads
}

fn of_bid(bid: &str) -> Option<Ad<String>> {
    let mut body = format!("{{\"data\":{{\"bid\":{bid}}}}}").into_bytes();
    match decode(Endpoint::Bid, &Head::new(200), &mut body) {
        Answer::Ads(mut served) => served.ads.next().map(|ad| ad.map(str::to_owned)),
        _ => None,
    }
    // A format that is not known is not shown.
    .filter(|ad| !matches!(ad, Ad::Unknown(_)))
}

fn message() -> SponsoredMessage<String> {
    SponsoredMessage {
        placement: Placement::Text,
        cpm: None,
        advertiser: None,
        domain: None,
        headline: None,
        description: None,
        cta_text: None,
        url: "https://s.example/".to_owned(),
        image_url: None,
        logo_url: None,
        dsp: None,
        bid_id: None,
        view_url: None,
    }
}

fn shown(ad: &Ad<String>, columns: usize) -> String {
    let mut text = String::new();
    card(ad, columns, &mut text).unwrap();
    text
}

fn said(ad: &Ad<String>) -> String {
    let mut text = String::new();
    speech(ad, &Voice::ENGLISH, &mut text).unwrap();
    text
}

fn escaped(ad: &Ad<String>, markup: Markup) -> String {
    let mut text = String::new();
    card(ad, COLUMNS, &mut Escaped::new(markup, &mut text)).unwrap();
    text
}

/// Controls, directions, what has no width but joins nothing, private use, tags and fillers; written from the standard and not
/// from the tables of the core.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180e}'
        )
        || matches!(character, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(
            character,
            '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        )
        || matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..)
}

fn texts() -> Vec<String> {
    let lines = include_str!("../fixtures/injections.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

const COLUMNS: usize = 60;
