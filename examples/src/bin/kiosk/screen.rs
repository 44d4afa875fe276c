//! What the person sees: plain lines, dimmed remarks, and ads in a frame of their own. On a terminal they have colours, and
//! messages a code to scan; every escape sequence is written here or in `code`, and none comes out of an ad.

use crate::code::half_blocks;
use crate::pictures::Pictures;
use std::fmt::Arguments;
use std::io::{ErrorKind, IsTerminal, Write};
use terminal_size::{Height, Width, terminal_size};
use thrads_core::{Ad, card};

/// Columns of text in a card, at most.
const COLUMNS: usize = 56;
/// Those of the bar beside it, and of what stands before that.
const BAR: usize = 12;

pub(crate) struct Screen {
    is_coloured: bool,
    /// Decisions are shown as they are made: in a played conversation, not to a person.
    shows_remarks: bool,
    pictures: Option<Pictures>,
}

impl Screen {
    pub(crate) fn new(pictures: Option<Pictures>) -> Self {
        // https://no-color.org: set and not empty.
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_coloured = std::io::stdout().is_terminal() && !is_plain;
        Self { is_coloured, shows_remarks: false, pictures }
    }

    pub(crate) fn show_remarks(&mut self) {
        self.shows_remarks = true;
    }

    pub(crate) fn say(&self, who: &str, text: &str) {
        write(format_args!("{who:>9}: {text}\n"));
    }

    pub(crate) fn remark(&self, text: &str) {
        if self.shows_remarks {
            self.note(text);
        }
    }

    pub(crate) fn note(&self, text: &str) {
        if self.is_coloured {
            write(format_args!("           \x1b[2m{text}\x1b[0m\n"));
        } else {
            write(format_args!("           · {text}\n"));
        }
    }

    /// The card beside a bar, behind a number where it can be picked by one.
    pub(crate) fn show<T: AsRef<str>>(&mut self, ad: &Ad<T>, number: Option<usize>) {
        write(format_args!("{}", shown(ad, number, columns(), self.is_coloured.then(code_side))));
        if let Some(Err(problem)) = self.pictures.as_mut().map(|pictures| pictures.add(ad)) {
            self.note(&problem);
        }
    }

    pub(crate) fn prompt(&self) {
        write(format_args!("      you: "));
        let _nobody_reads = std::io::stdout().flush();
    }
}

/// Writes to standard output. Where nobody reads it any more, as behind `head`, the kiosk ends without a word.
pub(crate) fn write(text: Arguments<'_>) {
    match std::io::stdout().write_fmt(text) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("kiosk: standard output: {error}");
            std::process::exit(1)
        }
    }
}

/// The card; in colour, where `side` is given, with the code of a message of as many modules. Nothing of an ad without a
/// card.
fn shown<T: AsRef<str>>(
    ad: &Ad<T>,
    number: Option<usize>,
    columns: usize,
    side: Option<u32>,
) -> String {
    let mut text = String::new();
    let mut out = String::new();
    if card(ad, columns, &mut text).is_err() {
        return out;
    }
    for (line, text) in text.lines().enumerate() {
        let number =
            number.filter(|_| line == 0).map_or(String::new(), |number| number.to_string());
        out += &match (side, line) {
            (None, _) => format!("{number:>9} │ {text}\n"),
            (Some(_), 0) => format!("{number:>9} \x1b[36m│\x1b[0m \x1b[1;33m{text}\x1b[0m\n"),
            (Some(_), _) => format!("{number:>9} \x1b[36m│\x1b[0m {text}\n"),
        };
    }
    let Some((url, side)) = code_url(ad).zip(side) else { return out };
    match half_blocks(url, side) {
        Some(lines) => lines.iter().for_each(|line| out += &format!("{line}\n")),
        None => out += "           Code too long for this terminal: /click shows the address\n",
    }
    out
}

/// Columns that a card takes: fewer on a narrow terminal.
fn columns() -> usize {
    let room = terminal_size().map_or(usize::MAX, |(Width(columns), _)| columns.into());
    room.saturating_sub(BAR).min(COLUMNS)
}

/// Modules that the terminal has room for on a side, two to a line; without an answer, those of 80 columns and 50 lines.
fn code_side() -> u32 {
    let (Width(columns), Height(lines)) = terminal_size().unwrap_or((Width(80), Height(50)));
    u32::from(columns).min(2 * u32::from(lines.saturating_sub(1)))
}

/// A question is tapped or typed, and a poll voted on; a message is followed by its code.
fn code_url<T: AsRef<str>>(ad: &Ad<T>) -> Option<&str> {
    match ad {
        Ad::SponsoredMessage(_) | Ad::Message(_) => ad.click_url(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thrads_core::{ChatbotMessage, ChatbotPrompt};

    fn message<'a>(creative: &'a str, url: &'a str) -> Ad<&'a str> {
        Ad::Message(ChatbotMessage {
            creative,
            prod_name: Some("Kettle"),
            img_url: None,
            prod_url: url,
            price_micros: None,
            currency: None,
        })
    }

    const URL: &str = "https://boilwell.example/";

    #[test]
    fn without_colours_nothing_but_the_card_is_written() {
        let plain = shown(&message("Steel.", URL), Some(2), COLUMNS, None);
        assert_eq!(
            plain,
            "        2 │ Sponsored\n          │ Kettle\n          │ Steel.\n          │ [Learn More]\n"
        );
    }

    #[test]
    fn a_card_is_as_narrow_as_it_has_to_be() {
        let words = "Gas or electric: which kettle boils faster on an old stove?";
        let text = shown(&message(words, URL), None, 40 - BAR, None);
        assert!(text.lines().count() > 4, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }

    #[test]
    fn in_colour_a_message_has_its_code_and_a_question_has_none() {
        let lines = shown(&message("Steel.", URL), None, COLUMNS, Some(80)).lines().count();
        assert!(lines > 4 + 15, "{lines} lines");
        let question = Ad::ChatbotPrompt(ChatbotPrompt {
            prompt: "Gas?",
            link: URL,
            brand: None,
            sponsored_prompt_id: None,
            icon: None,
            token: None,
        });
        assert_eq!(shown(&question, Some(1), COLUMNS, Some(80)).lines().count(), 2);
        let long = format!("{URL}{}", "x".repeat(3000));
        assert!(
            shown(&message("Steel.", &long), None, COLUMNS, Some(80))
                .contains("/click shows the address")
        );
    }

    #[test]
    fn no_escape_sequence_comes_out_of_an_ad() {
        let words = "\x1b[2J\x1b]0;title\x07 \u{9b}31m \x1b[30;107m";
        for side in [None, Some(80), Some(20)] {
            let text = shown(&message(words, URL), None, COLUMNS, side);
            let own = ["\x1b[36m", "\x1b[1;33m", "\x1b[30;107m", "\x1b[0m"];
            let rest = own.iter().fold(text, |text, sequence| text.replace(sequence, ""));
            assert!(!rest.contains(|c: char| c.is_control() && c != '\n'), "{rest:?}");
            assert!(rest.contains("[30;107m"), "the words stay, without their escape");
        }
    }
}
