//! Layouts under texts that nobody kind would send: nothing panics, nothing is drawn outside its place, the label stays,
//! and the code is read.

#[allow(dead_code, reason = "other tests use the rest of it")]
mod ads;
#[path = "ads/scan.rs"]
mod scan;

use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use kiosk_display::{Card, CodeMemory, NoCard, SCREENS, Theme, Touch, Votes, picture};
use std::convert::Infallible;
use thrads_core::Ad;

/// A display that does not forgive a dot outside itself.
struct Strict {
    size: Size,
    dots: Vec<Rgb565>,
}

impl Strict {
    fn new(size: Size) -> Self {
        Self { size, dots: vec![Rgb565::MAGENTA; (size.width * size.height) as usize] }
    }

    fn of(card: &Card<'_, '_, String>, size: Size) -> Self {
        let mut display = Self::new(size);
        let Ok(()) = card.draw(&Theme::colour(), &mut display);
        display
    }

    fn part(&self, place: Rectangle) -> Vec<Rgb565> {
        place.points().map(|at| self.dots[index(at, self.size)]).collect()
    }
}

impl OriginDimensions for Strict {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Strict {
    type Color = Rgb565;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb565>>>(
        &mut self,
        dots: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, colour) in dots {
            assert!(self.bounding_box().contains(at), "{at} is outside of {}", self.size);
            self.dots[index(at, self.size)] = colour;
        }
        Ok(())
    }
}

fn index(at: Point, size: Size) -> usize {
    (at.y as u32 * size.width + at.x as u32) as usize
}

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " \t\u{200b}\u{feff}\n",
        "Kettles that do not drip",
        "\u{202e}derosnopS toN\u{202c} \u{2066}x\u{2069} \u{200f}y\u{200e}\u{61c}",
        "nul\0 \u{1b}[2J\u{1b}[31mred \u{9b}2J \u{7f}\u{7}\u{8}\u{8}\u{8}\r\nover",
        "غلاية كهربائية هادئة، ضمان لمدة سنتين. هل تريد المزيد؟ مُحَمَّدٌ لا (Express) ٢٤",
        "می\u{200c}خواهم کتری بخرم",
        "קומקום חשמלי שקט עם אחריות לשנתיים! שָׁלוֹם 80 ק״מ",
        "静かで安全な電気ケトル。「二年保証」付き、今だけ送料無料！𠮷",
        "물이 새지 않는 전기 주전자를 만나보세요. 이년보증무료배송사은품증정행사중입니다",
        "शांत इलेक्ट्रिक केतली กาต้มน้ำไฟฟ้าเงียบมาก",
        "☕️ 👍🏽 ❤️‍🔥 👨‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 🇩🇪🇫🇷🇯🇵 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "\u{301}\u{302}lead \u{338}\u{20e3} \u{17a4}\u{1d306} ﷽ ௵ ꧅ 𒐫",
        "\u{200d}\u{200d}\u{fe0f}\u{200c}a\u{200d}b\u{200c}c\u{fe0f}\u{fe0f}d\u{200d}",
        "W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W W",
    ]
    .map(str::to_owned)
    .into();
    let piles = [
        "x",
        "漢",
        "ل\u{64e}ا",
        "👨‍👩‍👧‍👦",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}",
        "ש",
        "﷽",
        "))((",
        "١,",
    ];
    texts.extend(piles.map(|pile| pile.repeat(10_000 / pile.len())));
    let injections = include_str!("../../../tests/fixtures/injections.jsonl").lines();
    texts.extend(injections.map(|line| serde_json::from_str::<String>(line).unwrap()));
    texts
}

/// Ads of every format with this text in every place.
fn ads_of(text: &str) -> Vec<Ad<String>> {
    let visible = if text.trim().is_empty() { "?" } else { text };
    vec![
        ads::message(text, visible, text, text),
        ads::message(text, "", visible, ""),
        ads::prompt(text, visible),
        ads::poll(text, visible, &[visible, "Yes", visible, "No"]),
    ]
}

#[test]
fn nothing_is_drawn_outside_and_the_label_stays_whatever_the_text() {
    let mut drawn = 0;
    for screen in SCREENS {
        let label = Rectangle::new(Point::zero(), Size::new(9 * 8, 16));
        let mut memory = CodeMemory::new();
        let kind = ads::message("Boilwell", "Kettles", "", "");
        let expected =
            Strict::of(&Card::new(&kind, screen.size, &mut memory).unwrap(), screen.size);
        for ad in texts().iter().flat_map(|text| ads_of(text)) {
            let votes = Votes { rows: &ads::ROWS, chosen: Some("2") };
            let is_poll = matches!(ad, Ad::SponsoredPoll(_));
            for is_voted in [false, true].into_iter().filter(|is_voted| is_poll || !is_voted) {
                let card = if is_voted {
                    Card::after_vote(&ad, votes, screen.size, &mut memory)
                } else {
                    Card::new(&ad, screen.size, &mut memory)
                };
                let card = match card {
                    Ok(card) => card,
                    Err(refused) => {
                        assert_eq!(refused, NoCard::NoGlyphs, "{ad:?}");
                        continue;
                    }
                };
                let display = Strict::of(&card, screen.size);
                assert_eq!(display.part(label), expected.part(label), "{}: {ad:?}", screen.name);
                assert!(!display.dots.contains(&Rgb565::MAGENTA), "every dot was drawn");
                drawn += 1;
            }
        }
    }
    assert!(drawn > 3 * 100, "{drawn}");
}

#[test]
fn the_code_is_the_same_whatever_the_text_beside_it() {
    for screen in SCREENS {
        let mut memory = CodeMemory::new();
        let kind = ads::message("Boilwell", "Kettles", "", "");
        let card = Card::new(&kind, screen.size, &mut memory).unwrap();
        let side = card.code().unwrap().side();
        let down = screen.size.height - side;
        let expected = Strict::of(&card, screen.size);
        let corner = Point::zero() + Size::new(screen.size.width - side, 0);
        let column =
            Rectangle::new(corner + Size::new(0, 24), Size::new(side, screen.size.height - 24));
        assert!(down < screen.size.height);
        for text in texts() {
            let ad = ads::message(&text, "?", &text, &text);
            let Ok(card) = Card::new(&ad, screen.size, &mut memory) else { continue };
            let display = Strict::of(&card, screen.size);
            assert_eq!(display.part(column), expected.part(column), "{}: {text:?}", screen.name);
        }
    }
}

#[test]
fn every_ad_of_the_sandbox_makes_a_card_and_its_code_leads_to_its_url() {
    for (sample, screen) in ads::every().iter().flat_map(|ad| SCREENS.map(|screen| (ad, screen))) {
        let mut memory = CodeMemory::new();
        let card = Card::new(&sample.ad, screen.size, &mut memory).unwrap();
        let expected: Vec<_> = card.code().and(sample.ad.click_url()).into_iter().collect();
        assert_eq!(expected.is_empty(), !sample.name.starts_with("message"), "{}", sample.name);
        assert_eq!(
            scan::codes(&picture(&card, screen)),
            expected,
            "{} {}",
            sample.name,
            screen.name
        );
    }
}

#[test]
fn urls_are_read_back_exactly_up_to_the_documented_length() {
    for (screen, most) in SCREENS.into_iter().zip([929, 1732, 230]) {
        let mut memory = CodeMemory::new();
        for length in (90..most).step_by(97).chain([most, most + 1]) {
            let mut url = ads::CLICK.to_owned() + "&";
            url.extend("aB3-_x%2F".chars().cycle().take(length - url.len()));
            let sample = ads::with_url("long", &url);
            let card = Card::new(&sample.ad, screen.size, &mut memory).unwrap();
            assert_eq!(card.is_too_long(), length > most, "{}: {length}", screen.name);
            let expected: Vec<_> = (length <= most).then_some(url).into_iter().collect();
            assert_eq!(scan::codes(&picture(&card, screen)), expected, "{}", screen.name);
        }
    }
}

#[test]
fn no_screen_is_too_odd() {
    let ad = ads::message("Boilwell", "Kettles that do not drip", "Steel, quiet.", "See range");
    let poll = ads::poll("Boilwell", "Gas or electric?", &["Gas", "Electric", "Neither", "Both"]);
    for (width, height) in
        (0..520).step_by(37).flat_map(|x| (0..420).step_by(29).map(move |y| (x, y)))
    {
        let size = Size::new(width, height);
        let mut memory = CodeMemory::new();
        for ad in [&ad, &poll] {
            match Card::new(ad, size, &mut memory) {
                Ok(card) => drop(Strict::of(&card, size)),
                Err(refused) => assert!(width < 100 || height < 140, "{size}: {refused}"),
            }
        }
    }
}

#[test]
fn a_touch_means_what_is_drawn_there() {
    for screen in SCREENS {
        let mut memory = CodeMemory::new();
        let poll = ads::poll("Boilwell", "Gas or electric?", &["Gas", " ", "Electric", "Neither"]);
        let card = Card::new(&poll, screen.size, &mut memory).unwrap();
        let mut met = Vec::new();
        let middle = i32::try_from(screen.size.width / 2).unwrap();
        for at in (0..400).map(|y| Point::new(middle, y)) {
            if let Some(Touch::Option(option)) = card.touched(at)
                && met.last() != Some(&option.text())
            {
                met.push(option.text());
            }
        }
        assert_eq!(met, ["Gas", "Electric", "Neither"], "{}", screen.name);
        assert_eq!(card.touched(Point::new(5, 5)), None, "the label is no answer");
        let prompt = ads::prompt("Boilwell", "Gas or electric?");
        let card = Card::new(&prompt, screen.size, &mut memory).unwrap();
        let middle = Point::zero() + screen.size / 2;
        assert_eq!(card.touched(middle), Some(Touch::Prompt));
        assert_eq!(card.touched(Point::zero()), None);
        assert_eq!(card.touched(Point::new(-1, 40)), None);
        let message = ads::message("Boilwell", "Kettles", "", "");
        let card = Card::new(&message, screen.size, &mut memory).unwrap();
        assert_eq!(card.touched(middle), None, "a message is followed by its code");
        let votes = Votes { rows: &ads::ROWS, chosen: Some("0") };
        let card = Card::after_vote(&poll, votes, screen.size, &mut memory).unwrap();
        assert_eq!(card.touched(middle), None, "a vote is cast once");
    }
}

#[test]
fn a_poll_is_shown_whole_or_not_at_all() {
    let answers: Vec<String> = (0..40).map(|number| format!("Answer {number}")).collect();
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    for screen in SCREENS {
        let mut memory = CodeMemory::new();
        let mut card = |count: usize| {
            let poll = ads::poll("Boilwell", "Which?", &answers[..count]);
            Card::new(&poll, screen.size, &mut memory).map(drop)
        };
        assert_eq!(card(4), Ok(()), "{}", screen.name);
        assert_eq!(card(40), Err(NoCard::TooManyOptions), "{}", screen.name);
    }
}
