//! What the person sees: plain lines, dimmed remarks, and ads in a frame of their own.

use std::io::{IsTerminal, Write};
use thrads_core::{Ad, card};

/// Columns of text in a card.
const COLUMNS: usize = 56;

pub(crate) struct Screen {
    is_coloured: bool,
    /// Decisions are shown as they are made: in a played conversation, not to a person.
    shows_remarks: bool,
}

impl Screen {
    pub(crate) fn new(shows_remarks: bool) -> Self {
        let is_coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { is_coloured, shows_remarks }
    }

    pub(crate) fn say(&self, who: &str, text: &str) {
        println!("{who:>9}: {text}");
    }

    pub(crate) fn remark(&self, text: &str) {
        if self.shows_remarks {
            self.note(text);
        }
    }

    pub(crate) fn note(&self, text: &str) {
        if self.is_coloured {
            println!("           \x1b[2m{text}\x1b[0m");
        } else {
            println!("           · {text}");
        }
    }

    /// The card beside a bar, behind a number where it can be picked by one.
    pub(crate) fn show<T: AsRef<str>>(&self, ad: &Ad<T>, number: Option<usize>) {
        let mut text = String::new();
        if card(ad, COLUMNS, &mut text).is_err() {
            return;
        }
        let (on, off) = if self.is_coloured { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        for (line, text) in text.lines().enumerate() {
            let number =
                number.filter(|_| line == 0).map_or(String::new(), |number| format!("{number}"));
            println!("{number:>9} {on}│{off} {text}");
        }
    }

    pub(crate) fn prompt(&self) {
        print!("      you: ");
        let _nobody_reads = std::io::stdout().flush();
    }
}
