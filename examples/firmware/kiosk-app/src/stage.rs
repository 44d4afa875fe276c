//! How an ad meets a person: its words on the text screen, its card in the picture, and what a voice says.
//!
//! Part of [`Kiosk`](crate::Kiosk), over the core's `card` and `speech`.

use crate::picture::Picture;
use core::fmt::Write;
use embassy_futures::yield_now;
use kiosk_display::Votes;
use thrads_core::{Ad, Millis, PollOption, Spoken, Voice, card, speech, spoken_choice};

/// A text screen and a picture.
pub(crate) struct Stage<W> {
    screen: W,
    picture: &'static Picture,
}

/// What a person chooses of an ad by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen<'a> {
    /// The sponsored question, which becomes their own.
    Question(&'a str),
    /// An answer to a poll.
    Option(PollOption<'a>),
}

impl<W: Write> Stage<W> {
    pub(crate) const fn new(screen: W, picture: &'static Picture) -> Self {
        Self { screen, picture }
    }

    /// A line of the conversation.
    pub(crate) fn say(&mut self, who: &str, text: &str) {
        let _full = writeln!(self.screen, "{who:>9}: {text}");
    }

    /// A line beside it.
    pub(crate) fn remark(&mut self, remark: core::fmt::Arguments<'_>) {
        let _full = writeln!(self.screen, "           · {remark}");
    }

    /// Shows an ad and begins to say it. One that makes no card is neither shown nor said.
    pub(crate) async fn present(&mut self, ad: &Ad<&str>) -> Option<Spoken> {
        if let Err(reason) = self.picture.draw(ad, None).await {
            self.remark(format_args!("no ad: {reason}"));
            return None;
        }
        // Whoever else is served by this executor gets a turn between the two.
        yield_now().await;
        Some(self.announce(ad))
    }

    /// Writes the words of an ad, and what the voice makes of them. Apart, for its stack.
    #[inline(never)]
    fn announce(&mut self, ad: &Ad<&str>) -> Spoken {
        let screen = &mut self.screen;
        let _full = writeln!(screen);
        let _full = card(ad, COLUMNS, screen);
        let _full = write!(screen, "\n    voice: ");
        let spoken = match ad {
            Ad::SponsoredPrompt(_) | Ad::ChatbotPrompt(_) => spoken_choice(ad, 1, &VOICE, screen),
            _ => speech(ad, &VOICE, screen),
        };
        let spoken = spoken.unwrap_or_default();
        let tenths = |Millis(length): Millis| (length / 1000, length / 100 % 10);
        let ((total, tenth), (label, part)) = (tenths(spoken.total), tenths(spoken.disclosure));
        let _full = writeln!(screen);
        self.remark(format_args!(
            "{total}.{tenth} s to say, the disclosure in the first {label}.{part} s"
        ));
        spoken
    }

    /// Shows a poll as it stands after the person's vote.
    pub(crate) async fn show_votes(&mut self, ad: &Ad<&str>, votes: Votes<'_>) {
        self.picture.draw(ad, Some(votes)).await.ok();
    }

    /// Takes the last ad away.
    pub(crate) async fn clear(&mut self) {
        self.picture.wipe().await;
    }
}

/// What a line chooses of an ad, if it is a number that the ad offers.
pub(crate) fn chosen<'a>(ad: &'a Ad<&str>, line: &str) -> Option<Chosen<'a>> {
    let place = line.trim().parse::<usize>().ok()?.checked_sub(1)?;
    match ad {
        Ad::SponsoredPrompt(ad) if place == 0 => Some(Chosen::Question(ad.prompt)),
        Ad::ChatbotPrompt(ad) if place == 0 => Some(Chosen::Question(ad.prompt)),
        Ad::SponsoredPoll(poll) => poll.options.iter().nth(place).map(Chosen::Option),
        _ => None,
    }
}

const VOICE: Voice<'static> = Voice::ENGLISH;
const COLUMNS: usize = 40;
