//! One ad on one screen: what is drawn of it, what can be touched, and its code.

use crate::code::{Code, CodeMemory};
use crate::layout::{Layout, inner, split_bottom, split_top};
use crate::text::{Line, has_glyph};
use core::fmt;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use thrads_core::{Ad, PollOption, PollRow, SponsoredPoll, card};

/// An ad laid out for a screen: draw it with [`Card::draw`], and ask [`Card::touched`] what a finger meant.
///
/// Every card has the label and who is behind the ad. Under it:
///
/// - A message has its headline, its description, its call to action, and beside them the code of its click URL. Where
///   the URL is too long for this screen, the card says so in the place of the code.
/// - A prompt is its question as one touch target. A tap makes it the person's message, so it has no code.
/// - A poll is its question with its answers as touch targets; after the vote, made by [`Card::after_vote`], the answers
///   are bars, and the code of its call to action stands beside them.
///
/// What is too long ends with `…`; label and code are never cut and never covered.
pub struct Card<'a, 'm, T> {
    pub(crate) ad: &'a Ad<T>,
    pub(crate) votes: Option<Votes<'a>>,
    pub(crate) layout: Layout<'m>,
    /// There is a URL to show and it makes no code.
    pub(crate) is_too_long: bool,
}

/// The votes on a poll, to be shown after the person's own.
#[derive(Clone, Copy, Debug)]
pub struct Votes<'a> {
    /// What the platform answered, collected: see [`PollRows`](thrads_core::PollRows).
    pub rows: &'a [PollRow<'a>],
    /// The id of the option that the person chose.
    pub chosen: Option<&'a str>,
}

/// What a finger meant. Neither is a click on the ad's URL: only a telephone that reads the code makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Touch<'a> {
    /// The question of a prompt, which becomes the person's message: report it with
    /// [`PromptClick`](thrads_core::PromptClick) or [`Feedback`](thrads_core::Feedback).
    Prompt,
    /// This answer of a poll: report it with [`Vote`](thrads_core::Vote).
    Option(PollOption<'a>),
}

/// Why an ad makes no card. It is then not shown, and no impression of it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoCard {
    /// The screen has no room for the label and one line of text.
    ScreenTooSmall,
    /// A poll has more answers than the screen has room for; some of them alone would make another poll.
    TooManyOptions,
    /// A format that the core does not know.
    UnknownFormat,
    /// The fonts lack more than a quarter of the ad's letters: nobody could read it.
    NoGlyphs,
}

impl<'a, 'm, T: AsRef<str>> Card<'a, 'm, T> {
    /// Lays an ad out for a screen of `size`. The code is made in `memory`, once; the card can then be drawn any
    /// number of times.
    ///
    /// # Errors
    ///
    /// [`NoCard`] says why the ad cannot be shown there as it has to be.
    pub fn new(ad: &'a Ad<T>, size: Size, memory: &'m mut CodeMemory) -> Result<Self, NoCard> {
        Self::lay_out(ad, None, size, memory)
    }

    /// Lays a poll out as it looks after the vote. Other ads look as they do in [`Card::new`].
    ///
    /// # Errors
    ///
    /// As of [`Card::new`].
    pub fn after_vote(
        ad: &'a Ad<T>,
        votes: Votes<'a>,
        size: Size,
        memory: &'m mut CodeMemory,
    ) -> Result<Self, NoCard> {
        Self::lay_out(ad, Some(votes), size, memory)
    }

    /// The code, if the card has one.
    pub fn code(&self) -> Option<&Code<'m>> {
        self.layout.code.as_ref().map(|(code, _)| code)
    }

    /// Whether there is a URL to show and it is too long for a code on this screen, which the card says in words.
    pub fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// What is touched at a point of the screen.
    pub fn touched(&self, point: Point) -> Option<Touch<'a>> {
        match self.ad {
            Ad::SponsoredPrompt(ad) => self.is_on_prompt(ad.prompt.as_ref(), point),
            Ad::ChatbotPrompt(ad) => self.is_on_prompt(ad.prompt.as_ref(), point),
            Ad::SponsoredPoll(poll) if self.votes.is_none() => self
                .options(poll)
                .find(|(_, place)| place.contains(point))
                .map(|(option, _)| Touch::Option(option)),
            _ => None,
        }
    }

    fn lay_out(
        ad: &'a Ad<T>,
        votes: Option<Votes<'a>>,
        size: Size,
        memory: &'m mut CodeMemory,
    ) -> Result<Self, NoCard> {
        let url = match ad {
            Ad::SponsoredMessage(_) | Ad::Message(_) => ad.click_url(),
            Ad::SponsoredPoll(_) if votes.is_some() => ad.click_url(),
            Ad::SponsoredPoll(_) | Ad::SponsoredPrompt(_) | Ad::ChatbotPrompt(_) => None,
            _ => return Err(NoCard::UnknownFormat),
        };
        let layout = Layout::new(size, url, memory).ok_or(NoCard::ScreenTooSmall)?;
        let is_too_long = url.is_some() && layout.code.is_none();
        let card = Self { ad, votes, layout, is_too_long };
        match ad {
            _ if !is_readable(ad) => Err(NoCard::NoGlyphs),
            Ad::SponsoredPoll(poll) if !card.has_room(poll) => Err(NoCard::TooManyOptions),
            _ => Ok(card),
        }
    }

    /// The place of a prompt: its question and a finger's width more, in the middle of what there is.
    pub(crate) fn prompt_place(&self, question: &str) -> Rectangle {
        let body = self.layout.body;
        let inside = inner(body, 8, PROMPT_PADDING);
        let lines = Line::first(question, self.layout.columns(inside), self.layout.lines(inside));
        let lines = u32::try_from(lines.count()).unwrap_or(0);
        let height = (lines * self.layout.face.line + 2 * PROMPT_PADDING).min(body.size.height);
        inner(body, 0, (body.size.height - height) / 2)
    }

    fn is_on_prompt(&self, question: &str, point: Point) -> Option<Touch<'a>> {
        self.prompt_place(question).contains(point).then_some(Touch::Prompt)
    }

    /// The options that have something to show, each with its place, the whole row of which can be touched.
    pub(crate) fn options(
        &self,
        poll: &'a SponsoredPoll<T>,
    ) -> impl Iterator<Item = (PollOption<'a>, Rectangle)> + use<'a, T> {
        let (_, rows) = self.poll_places(poll);
        let height = self.row_height(poll);
        shown(poll).zip(0..).map(move |(option, number)| {
            let top = rows.top_left + Size::new(0, height * number);
            let row = Rectangle::new(top, Size::new(rows.size.width, height));
            (option, inner(row, 0, 1))
        })
    }

    /// The places of a poll's question and of its rows.
    pub(crate) fn poll_places(&self, poll: &'a SponsoredPoll<T>) -> (Rectangle, Rectangle) {
        let columns = self.layout.columns(self.layout.body);
        let body = self.words();
        let rows = self.row_height(poll) * count(poll);
        let room = body.size.height.saturating_sub(rows) / self.layout.face.line;
        let lines = Line::first(poll.question.as_ref(), columns, room).zip(0..).count();
        let question = u32::try_from(lines).unwrap_or(0) * self.layout.face.line;
        split_top(body, question)
    }

    /// The body without the line that says that there is no code.
    pub(crate) fn words(&self) -> Rectangle {
        let note = if self.is_too_long { self.layout.face.line } else { 0 };
        split_bottom(self.layout.body, note).0
    }

    /// A finger's width where there is room, and never less than a line.
    fn row_height(&self, poll: &SponsoredPoll<T>) -> u32 {
        let line = self.layout.face.line;
        let room = self.words().size.height.saturating_sub(line) / count(poll).max(1);
        room.clamp(line + 2, 2 * line + 8)
    }

    fn has_room(&self, poll: &SponsoredPoll<T>) -> bool {
        let needed = self.row_height(poll).saturating_mul(count(poll));
        needed.saturating_add(self.layout.face.line) <= self.words().size.height
    }
}

impl fmt::Display for NoCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ScreenTooSmall => "the screen has no room for the label and a line of text",
            Self::TooManyOptions => "the screen has no room for all answers of the poll",
            Self::UnknownFormat => "the format of the ad is not known",
            Self::NoGlyphs => "the fonts lack most letters of the ad",
        })
    }
}

impl core::error::Error for NoCard {}

/// Whether the fonts have three quarters of the ad's letters.
fn is_readable<T: AsRef<str>>(ad: &Ad<T>) -> bool {
    let mut letters = Letters { all: 0, drawn: 0 };
    let _enough = card(ad, usize::MAX, &mut letters);
    letters.drawn >= letters.all - letters.all / 4
}

/// Counts the letters that are written to it, the label's with them, until there are enough.
struct Letters {
    all: usize,
    drawn: usize,
}

impl fmt::Write for Letters {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
            self.all += 1;
            self.drawn += usize::from(has_glyph(letter));
        }
        if self.all < ENOUGH_LETTERS { Ok(()) } else { Err(fmt::Error) }
    }
}

fn shown<T: AsRef<str>>(poll: &SponsoredPoll<T>) -> impl Iterator<Item = PollOption<'_>> {
    poll.options.iter().filter(|option| Line::of_text(option.text(), 9, 0).is_some())
}

fn count<T: AsRef<str>>(poll: &SponsoredPoll<T>) -> u32 {
    u32::try_from(shown(poll).count()).unwrap_or(u32::MAX)
}

/// Letters after which an ad is readable or not; a screen has room for few more.
const ENOUGH_LETTERS: usize = 400;

/// Pixels above and below the question of a prompt, inside its frame.
pub(crate) const PROMPT_PADDING: u32 = 14;
