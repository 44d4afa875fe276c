//! The parts of a card, each drawn inside its own place.

use crate::card::{Card, PROMPT_PADDING, Votes};
use crate::layout::{inner, split_bottom, split_top};
use crate::text::{Line, Pen};
use crate::theme::Theme;
use core::fmt::Write;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use heapless::String;
use thrads_core::{Ad, PollOption, SponsoredPoll};

impl<T: AsRef<str>> Card<'_, '_, T> {
    /// Draws the whole card at the upper left corner of `target`, over whatever was there.
    ///
    /// # Errors
    ///
    /// Only those of the display.
    pub fn draw<D: DrawTarget>(
        &self,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        target.clear(theme.paper)?;
        self.draw_body(theme, target)?;
        if let Some((code, corner)) = &self.layout.code {
            code.draw(*corner, (theme.code_light, theme.code_dark), target)?;
        }
        self.draw_label(theme, target)
    }

    /// Drawn last, so that nothing stands over it even where the layout were wrong.
    fn draw_label<D: DrawTarget>(
        &self,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        target.fill_solid(&self.layout.strip, theme.label_paper)?;
        let place = self.layout.label;
        match Line::label(self.ad, self.layout.columns(place)) {
            Some(line) => self.bold(theme.label_ink).line(&line, place, target),
            None => Ok(()),
        }
    }

    fn draw_body<D: DrawTarget>(
        &self,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        if self.is_too_long {
            let (_, place) = split_bottom(self.layout.body, self.layout.face.line);
            self.paragraph(TOO_LONG, 1, self.plain(theme.ink), place, target)?;
        }
        match self.ad {
            Ad::SponsoredMessage(ad) => {
                let words = [&ad.headline, &ad.description].map(|text| words(text.as_ref()));
                self.draw_message(words, ad.cta_text.as_ref().map(AsRef::as_ref), theme, target)
            }
            Ad::Message(ad) => {
                let words = [words(ad.prod_name.as_ref()), ad.creative.as_ref()];
                self.draw_message(words, None, theme, target)
            }
            Ad::SponsoredPrompt(ad) => self.draw_prompt(ad.prompt.as_ref(), theme, target),
            Ad::ChatbotPrompt(ad) => self.draw_prompt(ad.prompt.as_ref(), theme, target),
            Ad::SponsoredPoll(ad) => self.draw_poll(ad, theme, target),
            _ => Ok(()),
        }
    }

    fn draw_message<D: DrawTarget>(
        &self,
        [headline, description]: [&str; 2],
        call: Option<&str>,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let body = self.words();
        let (words, button) = split_bottom(body, self.layout.face.line + 4);
        let columns = self.layout.columns(body);
        let room = self.layout.lines(words);
        // A headline may take all but one line; a description takes what is left.
        let most =
            if Line::of_text(description, columns, 0).is_some() { room.max(2) - 1 } else { room };
        let taken =
            self.paragraph(headline, most.min(room), self.bold(theme.ink), words, target)?;
        let (_, below) = split_top(words, taken * self.layout.face.line);
        let gap = below.size.height % self.layout.face.line / 2;
        let below = inner(below, 0, gap);
        let left = self.layout.lines(below);
        self.paragraph(description, left, self.plain(theme.ink), below, target)?;
        self.draw_call(call, button, theme, target)
    }

    fn draw_call<D: DrawTarget>(
        &self,
        call: Option<&str>,
        place: Rectangle,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let text = inner(place, 6, 2);
        let line = Line::of_call(call, self.layout.columns(text));
        let pen = self.bold(theme.paper);
        let width = (pen.width(&line) + 12).min(place.size.width);
        let aside = if line.is_from_right() { place.size.width - width } else { 0 };
        let corner = place.top_left + Size::new(aside, 0);
        let button = Rectangle::new(corner, Size::new(width, place.size.height));
        target.fill_solid(&button, theme.accent)?;
        pen.line(&line, inner(button, 6, 2), target)
    }

    fn draw_prompt<D: DrawTarget>(
        &self,
        question: &str,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let target_place = self.prompt_place(question);
        frame(target_place, 2, theme.accent, target)?;
        let inside = inner(target_place, 8, PROMPT_PADDING);
        let lines = self.layout.lines(inside);
        self.paragraph(question, lines, self.bold(theme.accent), inside, target).map(drop)
    }

    fn draw_poll<D: DrawTarget>(
        &self,
        poll: &SponsoredPoll<T>,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let (question, _) = self.poll_places(poll);
        let lines = self.layout.lines(question);
        self.paragraph(poll.question.as_ref(), lines, self.bold(theme.ink), question, target)?;
        for (option, place) in self.options(poll) {
            match &self.votes {
                None => self.draw_option(option, place, theme, target)?,
                Some(votes) => self.draw_share(option, votes, place, theme, target)?,
            }
        }
        Ok(())
    }

    fn draw_option<D: DrawTarget>(
        &self,
        option: PollOption<'_>,
        place: Rectangle,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        frame(place, 1, theme.accent, target)?;
        let down = place.size.height.saturating_sub(self.layout.face.line) / 2;
        let inside = inner(place, 6, down);
        self.paragraph(option.text(), 1, self.plain(theme.accent), inside, target).map(drop)
    }

    /// The answer and its share, over a bar of that share. The person's own answer is bold.
    fn draw_share<D: DrawTarget>(
        &self,
        option: PollOption<'_>,
        votes: &Votes<'_>,
        place: Rectangle,
        theme: &Theme<D::Color>,
        target: &mut D,
    ) -> Result<(), D::Error> {
        let milli = votes.share_milli(option.id());
        let is_chosen = votes.chosen == Some(option.id());
        let pen = if is_chosen { self.bold(theme.ink) } else { self.plain(theme.ink) };
        let mut share = String::<8>::new();
        let _has_room = write!(share, "{}%", (milli + 500) / 1000);
        let share = Line::own(share);
        let share_width = pen.width(&share);
        let (text, below) = split_top(place, self.layout.face.line);
        let words = text.size.saturating_sub(Size::new(share_width + self.layout.face.column(), 0));
        self.paragraph(option.text(), 1, pen, Rectangle::new(text.top_left, words), target)?;
        let right = Size::new(text.size.width.saturating_sub(share_width), 0);
        pen.line(
            &share,
            Rectangle::new(text.top_left + right, Size::new(share_width, text.size.height)),
            target,
        )?;
        let bar =
            Rectangle::new(below.top_left, Size::new(below.size.width, below.size.height.min(8)));
        target.fill_solid(&bar, theme.faint)?;
        let filled = u64::from(bar.size.width) * u64::from(milli) / 100_000;
        let filled = Size::new(u32::try_from(filled).unwrap_or(u32::MAX), bar.size.height);
        target.fill_solid(&Rectangle::new(bar.top_left, filled), theme.accent)?;
        frame(bar, 1, theme.accent, target)
    }

    /// Draws the first lines of a text, no more than `most`, and answers how many there were.
    fn paragraph<D: DrawTarget>(
        &self,
        text: &str,
        most: u32,
        pen: Pen<D::Color>,
        place: Rectangle,
        target: &mut D,
    ) -> Result<u32, D::Error> {
        let mut drawn = 0;
        for line in Line::first(text, self.layout.columns(place), most) {
            let (_, place) = split_top(place, drawn * self.layout.face.line);
            pen.line(&line, place, target)?;
            drawn += 1;
        }
        Ok(drawn)
    }

    fn plain<C>(&self, colour: C) -> Pen<C> {
        Pen { face: self.layout.face, is_bold: false, colour }
    }

    fn bold<C>(&self, colour: C) -> Pen<C> {
        Pen { is_bold: true, ..self.plain(colour) }
    }
}

impl Votes<'_> {
    /// The share of an option in thousandths of a percent, from 0 to 100,000: what the platform says, else counted from
    /// the votes.
    fn share_milli(&self, id: &str) -> u32 {
        let Some(row) = self.rows.iter().find(|row| row.id == id) else { return 0 };
        let counted = || {
            let all: u64 =
                self.rows.iter().filter_map(|row| row.votes).fold(0, u64::saturating_add);
            row.votes?.saturating_mul(100_000).checked_div(all)
        };
        let share = row.percentage_milli.or_else(counted).unwrap_or(0).min(100_000);
        u32::try_from(share).unwrap_or(0)
    }
}

fn words<T: AsRef<str>>(text: Option<&T>) -> &str {
    text.map_or("", AsRef::as_ref)
}

fn frame<D: DrawTarget>(
    place: Rectangle,
    width: u32,
    colour: D::Color,
    target: &mut D,
) -> Result<(), D::Error> {
    use embedded_graphics::primitives::{PrimitiveStyleBuilder, StrokeAlignment};
    let style: PrimitiveStyle<_> = PrimitiveStyleBuilder::new()
        .stroke_color(colour)
        .stroke_width(width)
        .stroke_alignment(StrokeAlignment::Inside)
        .build();
    place.into_styled(style).draw(target)
}

/// Said in the place of a code.
const TOO_LONG: &str = "Code too long for this screen";
