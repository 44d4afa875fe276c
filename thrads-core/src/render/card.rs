//! An ad as plain text in lines of a display's width.
//!
//! Last stage, over `pieces`. Section 5 of the wire contract: the label and the advertiser first, a call to action
//! last. One pass, a character at a time, without a buffer.

use core::fmt::{self, Write};

use super::pieces::{Link, Pieces};
use super::text::Clean;
use super::{DEFAULT_CTA, DISCLOSURE, Shown, write_number};
use crate::ad::Ad;

/// The fewest columns that [`card`] writes for, those of the label.
pub const MIN_COLUMNS: usize = DISCLOSURE.len();

/// Writes an ad as lines of at most `columns` display columns, with `\n` between them and none at the end.
///
/// The first line is always the disclosure: [`DISCLOSURE`], and who is behind the ad where that is known. Under it a
/// sponsored message has its headline and its description, whichever there are, and its call to action in square
/// brackets ([`DEFAULT_CTA`](crate::DEFAULT_CTA) if it has none); a message of the v1 API has its product, its text and
/// the same brackets; a prompt has its question; a poll has its question and its options, numbered from 1 in the order
/// of [`PollOptions`](crate::PollOptions). Of a format that this version does not know nothing is written. The click
/// URL is not part of the card.
///
/// - Lines break between words, and between characters only in a word longer than a line and in Chinese and Japanese.
///   The disclosure and the call to action are one line each, cut with `…` where they are longer; any other text is cut
///   behind 300 columns, between what a reader takes for two characters.
/// - Fewer columns than [`MIN_COLUMNS`] count as that many, so the label is never cut; below 13 columns there is no room
///   for the name, and the first line is `Sponsored…`, or `Sponsored` where even `…` has no room.
/// - Columns are those of a fixed-width font: 2 for East Asian characters and emoji, 0 for marks, 1 for others.
/// - Control characters, bidirectional controls and what else is invisible never get out, white space becomes one
///   space, and more than four marks on one character are left out. Text with nothing left makes no line.
///
/// # Errors
///
/// Only those of `out`, such as a full buffer; what fitted has then been written.
///
/// ```
/// # use thrads_core::{Ad, Placement, SponsoredMessage, card};
/// # let ad = Ad::SponsoredMessage(SponsoredMessage {
/// #     placement: Placement::Text, cpm: None, advertiser: Some("Boilwell"), domain: None,
/// #     headline: Some("Kettles that do not drip"), description: Some("Steel, quiet, two-year cover."),
/// #     cta_text: None, url: "https://boilwell.example/", image_url: None, logo_url: None, dsp: None,
/// #     bid_id: None, view_url: None,
/// # });
/// let mut screen = heapless::String::<256>::new();
/// card(&ad, 20, &mut screen)?;
/// let lines = [
///     "Sponsored · Boilwell",
///     "Kettles that do not",
///     "drip",
///     "Steel, quiet,",
///     "two-year cover.",
///     "[Learn More]",
/// ];
/// assert!(screen.lines().eq(lines));
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn card<T: AsRef<str>>(ad: &Ad<T>, columns: usize, out: &mut impl Write) -> fmt::Result {
    let Some(shown) = Shown::of(ad) else { return Ok(()) };
    let mut lines = Lines { out, columns: columns.max(MIN_COLUMNS), column: 0 };
    lines.disclosure(shown.sponsor)?;
    for text in shown.texts {
        lines.paragraph(text)?;
    }
    for (number, option) in shown.options() {
        lines.option(number, option)?;
    }
    match shown.call_to_action {
        Some(label) => lines.button(label),
        None => Ok(()),
    }
}

struct Lines<'w, W> {
    out: &'w mut W,
    columns: usize,
    /// Columns already taken on the current line.
    column: usize,
}

impl<W: Write> Lines<'_, W> {
    fn disclosure(&mut self, sponsor: &str) -> fmt::Result {
        self.write(DISCLOSURE, MIN_COLUMNS)?;
        let room = self.columns.saturating_sub(MIN_COLUMNS);
        if room == 0 || Clean::new(sponsor).is_blank() {
            return Ok(());
        }
        if room <= SEPARATOR_COLUMNS {
            return self.write(CUT, 1);
        }
        self.write(SEPARATOR, SEPARATOR_COLUMNS)?;
        self.cut(sponsor, self.columns)
    }

    fn paragraph(&mut self, text: &str) -> fmt::Result {
        if Clean::new(text).is_blank() {
            return Ok(());
        }
        self.next_line()?;
        self.flow(text, "", self.columns, false)
    }

    fn option(&mut self, number: u64, text: &str) -> fmt::Result {
        self.next_line()?;
        self.column = write_number(number, self.out)?;
        self.write(".", 1)?;
        self.flow(text, " ", self.columns, false)
    }

    fn button(&mut self, label: &str) -> fmt::Result {
        let label = if Clean::new(label).is_blank() { DEFAULT_CTA } else { label };
        self.next_line()?;
        self.write("[", 1)?;
        self.cut(label, self.columns.saturating_sub(1))?;
        self.write("]", 1)
    }

    /// Writes what has room before the column `end`, with a sign where that is not all.
    fn cut(&mut self, text: &str, end: usize) -> fmt::Result {
        let room = end.saturating_sub(self.column);
        if pieces(text).columns_within(Link::Space, room) <= room {
            return self.flow(text, "", end, true);
        }
        self.flow(text, "", end.saturating_sub(1), true)?;
        self.write(CUT, 1)
    }

    /// Writes the text on as many lines as it takes, or as much of it as one line holds, behind `space` where that has
    /// room.
    fn flow(&mut self, text: &str, mut space: &str, end: usize, one_line: bool) -> fmt::Result {
        let mut pieces = pieces(text);
        let mut left = MAX_TEXT_COLUMNS + SPARE_COLUMNS + 1;
        loop {
            let ahead = pieces.clone();
            let Some(piece) = pieces.next() else { return Ok(()) };
            left = left.saturating_sub(piece.columns);
            if left == 0 || left <= SPARE_COLUMNS && piece.link != Link::Joined {
                if self.column >= end {
                    self.next_line()?;
                }
                return self.write(CUT, 1);
            }
            let needed = match piece.link {
                Link::Space => {
                    space = " ";
                    continue;
                }
                Link::Joined => piece.columns,
                Link::Loose if !one_line => ahead.columns_within(Link::Tight, end),
                Link::Loose | Link::Tight => ahead.columns_within(Link::Joined, end),
            };
            let has_room = self.column.saturating_add(space.len()).saturating_add(needed) <= end;
            if has_room {
                self.write(space, space.len())?;
            } else if one_line {
                return Ok(());
            } else if self.column > 0 {
                self.next_line()?;
            }
            space = "";
            self.out.write_char(piece.character)?;
            self.column = self.column.saturating_add(piece.columns);
        }
    }

    fn next_line(&mut self) -> fmt::Result {
        self.column = 0;
        self.out.write_char('\n')
    }

    fn write(&mut self, text: &str, columns: usize) -> fmt::Result {
        self.column = self.column.saturating_add(columns);
        self.out.write_str(text)
    }
}

fn pieces(text: &str) -> Pieces<'_> {
    Pieces::new(Clean::new(text))
}

const SEPARATOR: &str = " · ";
const SEPARATOR_COLUMNS: usize = 3;
const CUT: &str = "…";
/// Of one text; the platform's own headlines and descriptions are far below.
const MAX_TEXT_COLUMNS: usize = 300;
/// More, for what hangs on the last character, such as the rest of an emoji made of many.
const SPARE_COLUMNS: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::samples::{
        NOTHING, TEXTS, chatbot_message, chatbot_prompt, message, poll, prompt,
    };
    use super::*;
    use crate::ad::packed;
    use crate::ad::{SponsoredMessage, UnknownAd};

    fn rendered(ad: &Ad<&str>, columns: usize) -> String {
        let mut out = String::new();
        card(ad, columns, &mut out).unwrap();
        out
    }

    fn lines(ad: &Ad<&str>, columns: usize) -> Vec<String> {
        rendered(ad, columns).split('\n').map(String::from).collect()
    }

    fn paragraph(text: &str, columns: usize) -> Vec<String> {
        let lines = lines(&prompt(text), columns);
        lines[1..].to_vec()
    }

    fn width(line: &str) -> usize {
        pieces(line).columns_within(Link::Space, usize::MAX)
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn the_label_is_first_and_no_line_is_too_long_whatever_the_text() {
        for (index, &text) in TEXTS.iter().enumerate() {
            let next = TEXTS[(index + 1) % TEXTS.len()];
            let with_call = Ad::SponsoredMessage(SponsoredMessage {
                advertiser: Some(next),
                headline: Some(text),
                cta_text: Some(text),
                ..NOTHING
            });
            for ad in [message(text, next, text), with_call, prompt(text), chatbot_prompt(text)] {
                for columns in 9..=80 {
                    let lines = lines(&ad, columns);
                    assert!(lines[0].starts_with("Sponsored"), "{lines:?}");
                    for line in &lines {
                        assert!(width(line) <= columns, "{columns}: {line:?}");
                        assert!(!line.is_empty() && !line.starts_with(' ') && !line.ends_with(' '));
                    }
                }
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn wrapping_loses_and_adds_no_character() {
        for text in TEXTS {
            let clean: String = Clean::new(text).filter(|&character| character != ' ').collect();
            for columns in [9, 10, 17, 32, 80, usize::MAX] {
                let shown: String = paragraph(text, columns).concat();
                assert_eq!(shown.replace(' ', ""), clean, "{columns}");
            }
        }
    }

    #[test]
    fn a_message_has_label_headline_description_and_call() {
        let ad = message("Boilwell", "Kettles that do not drip", "Steel, quiet, two-year cover.");
        assert_eq!(
            lines(&ad, 32),
            [
                "Sponsored · Boilwell",
                "Kettles that do not drip",
                "Steel, quiet, two-year cover.",
                "[Learn More]"
            ]
        );
        assert_eq!(
            lines(&ad, 9),
            [
                "Sponsored",
                "Kettles",
                "that do",
                "not drip",
                "Steel,",
                "quiet,",
                "two-year",
                "cover.",
                "[Learn…]"
            ]
        );
        assert_eq!(rendered(&ad, 0), rendered(&ad, MIN_COLUMNS));
        assert_eq!(rendered(&ad, 1), rendered(&ad, MIN_COLUMNS));
        assert_eq!(rendered(&ad, 80), rendered(&ad, usize::MAX));
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_text_without_an_end_is_cut_and_no_character_of_it_is_torn() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        for (one, count, kept) in
            [("m", 301, 300), ("e\u{301}", 301, 300), ("面", 151, 150), (family, 51, 50)]
        {
            let (whole, more) = (one.repeat(count - 1), one.repeat(count + 200));
            let card = |headline: &str| {
                let ad = SponsoredMessage { headline: Some(headline), ..NOTHING };
                lines(&Ad::SponsoredMessage(ad), 1000)[1].clone()
            };
            assert_eq!(card(&whole), whole);
            assert_eq!(card(&more), format!("{}…", one.repeat(kept)));
        }
        let chain = "\u{1f468}\u{200d}".repeat(1_000);
        let ad = SponsoredMessage { headline: Some(&*chain), ..NOTHING };
        let text = rendered(&Ad::SponsoredMessage(ad), 32);
        assert!(text.chars().count() < 500, "{}", text.chars().count());
    }

    #[test]
    fn a_prompt_has_label_and_question() {
        let question = "Best shoes for a muddy half marathon?";
        for ad in [prompt(question), chatbot_prompt(question)] {
            assert_eq!(
                lines(&ad, 24),
                ["Sponsored · Fellrunner", "Best shoes for a muddy", "half marathon?"]
            );
        }
        assert_eq!(lines(&prompt("\u{200b} "), 32), ["Sponsored · Fellrunner"]);
    }

    #[test]
    fn a_poll_has_label_question_and_numbered_options() {
        let options = packed(&[("0", "Party"), ("1", "Focus"), ("2", "Gym")]);
        let ad = poll("What is the playlist for?", &options);
        assert_eq!(
            lines(&ad, 32),
            ["Sponsored · Tuneloft", "What is the playlist for?", "1. Party", "2. Focus", "3. Gym"]
        );
        let options = packed(&[("0", "Long walks"), ("1", "\u{200b}"), ("2", "Afternoon n")]);
        let long = poll("Q?", &options);
        assert_eq!(
            lines(&long, 9),
            ["Sponsored", "Q?", "1. Long", "walks", "3.", "Afternoon", "n"]
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn the_lines_of_a_poll_are_never_too_long() {
        for text in TEXTS {
            let options = packed(&[("0", *text), ("1", "B")].repeat(6));
            for columns in 9..=40 {
                for line in lines(&poll(text, &options), columns) {
                    assert!(width(&line) <= columns, "{columns}: {line:?}");
                    assert!(!line.is_empty() && !line.starts_with(' ') && !line.ends_with(' '));
                }
            }
        }
    }

    #[test]
    fn a_v1_message_has_label_product_text_and_call() {
        let ad = chatbot_message("Harbour 28", "A dry pack.");
        assert_eq!(lines(&ad, 32), ["Sponsored", "Harbour 28", "A dry pack.", "[Learn More]"]);
        assert_eq!(lines(&chatbot_message(" ", "A"), 32), ["Sponsored", "A", "[Learn More]"]);
    }

    #[test]
    fn an_unknown_format_writes_nothing() {
        let ad = Ad::Unknown(UnknownAd { raw: "{}" });
        assert_eq!(rendered(&ad, 32), "");
    }

    #[test]
    fn what_is_absent_or_blank_makes_no_line() {
        let headline = Ad::SponsoredMessage(SponsoredMessage { headline: Some("Hi"), ..NOTHING });
        assert_eq!(lines(&headline, 32), ["Sponsored", "Hi", "[Learn More]"]);
        let body = Ad::SponsoredMessage(SponsoredMessage { description: Some("Hi"), ..NOTHING });
        assert_eq!(lines(&body, 32), ["Sponsored", "Hi", "[Learn More]"]);
        assert_eq!(lines(&message(" ", "\u{202e}", "\n"), 32), ["Sponsored", "[Learn More]"]);
        assert_eq!(lines(&Ad::SponsoredMessage(NOTHING), 0), ["Sponsored", "[Learn…]"]);
    }

    #[test]
    fn the_call_is_the_advertisers_unless_there_is_nothing_to_see_in_it() {
        let call = |text, columns| {
            let ad = SponsoredMessage { cta_text: Some(text), headline: Some("Hi"), ..NOTHING };
            lines(&Ad::SponsoredMessage(ad), columns)[2].clone()
        };
        assert_eq!(call("See range", 32), "[See range]");
        assert_eq!(call("See range", 11), "[See range]");
        assert_eq!(call("See range", 10), "[See ran…]");
        assert_eq!(call("See\nrange", 32), "[See range]");
        assert_eq!(call("\u{301}立即选购", 9), "[立即选…]");
        assert_eq!(call(" \u{2060}", 32), "[Learn More]");
    }

    #[test]
    fn a_long_name_is_cut_and_the_label_never() {
        let label = |name, columns| lines(&message(name, "x", "y"), columns)[0].clone();
        assert_eq!(label("Boilwell", 20), "Sponsored · Boilwell");
        assert_eq!(label("Boilwell", 19), "Sponsored · Boilwe…");
        assert_eq!(label("Boil well", 18), "Sponsored · Boil…");
        assert_eq!(label("Boilwell", 14), "Sponsored · B…");
        assert_eq!(label("Boilwell", 13), "Sponsored · …");
        assert_eq!(label("B", 13), "Sponsored · B");
        assert_eq!(label("Boilwell", 12), "Sponsored…");
        assert_eq!(label("Boilwell", 10), "Sponsored…");
        assert_eq!(label("Boilwell", 9), "Sponsored");
        assert_eq!(label("静かなケトル", 20), "Sponsored · 静かな…");
        assert_eq!(label("静かなケトル", 24), "Sponsored · 静かなケトル");
        assert_eq!(label("🇩🇪🇫🇷🇯🇵", 16), "Sponsored · 🇩🇪…");
        assert_eq!(label("🇩🇪🇫🇷🇯🇵", 17), "Sponsored · 🇩🇪🇫🇷…");
        assert_eq!(label("👨‍👩‍👧‍👦 x", 19), "Sponsored · …");
        assert_eq!(label("\u{338}\u{20e3}Boilwell\u{202e}", 32), "Sponsored · Boilwell");
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_between_characters() {
        assert_eq!(
            paragraph("Ein Wasserkocherneuheitenangebot für Sie", 10),
            ["Ein", "Wasserkoch", "erneuheite", "nangebot", "für Sie"]
        );
        assert_eq!(
            paragraph("Caffe\u{301}caffe\u{301}caffe\u{301}", 10),
            ["Caffe\u{301}caffe\u{301}", "caffe\u{301}"]
        );
        assert_eq!(paragraph("👍🏽👍🏽👍🏽", 9), ["👍🏽👍🏽", "👍🏽"]);
        assert_eq!(paragraph("xx👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 9), ["xx", "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"]);
        assert_eq!(paragraph("🇩🇪🇫🇷🇯🇵🇺🇸🇬🇧", 9), ["🇩🇪🇫🇷🇯🇵🇺🇸", "🇬🇧"]);
        assert_eq!(paragraph("1️⃣2️⃣3️⃣4️⃣5️⃣", 9), ["1️⃣2️⃣3️⃣4️⃣", "5️⃣"]);
    }

    #[test]
    fn east_asian_text_breaks_anywhere_but_before_closing_punctuation() {
        assert_eq!(
            paragraph("静かで安全な電気ケトル。「二年保証」付き", 12),
            ["静かで安全な", "電気ケトル。", "「二年保証」", "付き"]
        );
        assert_eq!(
            paragraph("不滴水的电热水壶，两年质保", 10),
            ["不滴水的电", "热水壶，两", "年质保"]
        );
        assert_eq!(paragraph("我们的Boilwell水壶", 14), ["我们的Boilwell", "水壶"]);
    }

    #[test]
    fn text_from_right_to_left_stays_in_its_logical_order() {
        assert_eq!(paragraph("قומקום חשמלי שקט", 13), ["قומקום חשמלי", "שקט"]);
        assert_eq!(paragraph("هل تريد المزيد؟", 9), ["هل تريد", "المزيد؟"]);
        assert_eq!(paragraph("מבצע \u{202e}abc\u{202c}", 32), ["מבצע abc"]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_very_long_text_takes_time_in_proportion() {
        for unit in
            ["a", "a ", "漢", "、", "\u{200d}", "😀\u{200d}", "\u{301}", "\u{202e}", " ", "🇩"]
        {
            let text = unit.repeat(200_000 / unit.len());
            for columns in [9, usize::MAX] {
                let lines = lines(&message(&text, &text, ""), columns);
                assert!(lines[0].starts_with("Sponsored"));
                assert!(lines.iter().all(|line| width(line) <= columns));
            }
        }
    }

    #[test]
    fn a_full_buffer_is_an_error_and_not_a_panic() {
        let ad = message("Boilwell", "Kettles", "Steel");
        let whole = rendered(&ad, 32);
        fn try_into<const N: usize>(ad: &Ad<&str>, whole: &str) {
            let mut out = heapless::String::<N>::new();
            assert_eq!(card(ad, 32, &mut out).is_ok(), N >= whole.len());
            assert!(whole.starts_with(out.as_str()));
        }
        try_into::<0>(&ad, &whole);
        try_into::<11>(&ad, &whole);
        try_into::<30>(&ad, &whole);
        try_into::<64>(&ad, &whole);
    }
}
