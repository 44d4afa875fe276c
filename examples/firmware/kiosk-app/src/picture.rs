//! What a person sees: the card of the latest ad, in two colours on 320 by 240 dots.
//!
//! Between [`Kiosk`](crate::Kiosk), which draws, and a board's task, which puts it on whatever display there is.

use core::convert::Infallible;
use embassy_futures::yield_now;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_sync::mutex::Mutex;
use embassy_sync::signal::Signal;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use kiosk_display::{Card, CodeMemory, NoCard, Theme, Votes};
use thrads_core::Ad;

/// A picture that the kiosk draws and a board shows: 14.3 KB, in a static. At this size a code has room for the longest click URLs
/// that are known; on 296 by 128 it often has none.
pub struct Picture {
    canvas: Mutex<Raw, Canvas>,
    drawn: Signal<Raw, ()>,
}

/// The dots of a picture: a row has [`Frame::ROW`] bytes, the highest bit is at the left, and 1 is black.
pub struct Frame([u8; Frame::BYTES]);

struct Canvas {
    frame: Frame,
    memory: CodeMemory,
}

impl Picture {
    /// A white one.
    pub const fn new() -> Self {
        let canvas = Canvas { frame: Frame([0; Frame::BYTES]), memory: CodeMemory::new() };
        Self { canvas: Mutex::new(canvas), drawn: Signal::new() }
    }

    /// Has `show` put on the display what was drawn, each time, for good. The kiosk waits for it before it draws again.
    pub async fn each(&self, mut show: impl AsyncFnMut(&Frame)) -> ! {
        loop {
            self.drawn.wait().await;
            show(&self.canvas.lock().await.frame).await;
        }
    }

    /// Draws an ad, or nothing where it makes no card; a poll with its votes where there are some.
    pub(crate) async fn draw<T: AsRef<str>>(
        &self,
        ad: &Ad<T>,
        votes: Option<Votes<'_>>,
    ) -> Result<(), NoCard> {
        let Canvas { frame, memory } = &mut *self.canvas.lock().await;
        frame.0.fill(0);
        let card = lay_out(ad, votes, memory);
        // Whoever else is served by this executor gets a turn between the two.
        yield_now().await;
        let drawn = card.map(|card| paint(&card, frame));
        self.drawn.signal(());
        drawn
    }

    /// Takes away what is there.
    pub(crate) async fn wipe(&self) {
        self.canvas.lock().await.frame.0.fill(0);
        self.drawn.signal(());
    }
}

impl Default for Picture {
    fn default() -> Self {
        Self::new()
    }
}

impl Frame {
    /// Dots of a row, and rows.
    pub const SIZE: Size = Size::new(320, 240);
    /// Bytes of a row.
    pub const ROW: usize = Self::SIZE.width as usize / 8;
    const BYTES: usize = Self::ROW * Self::SIZE.height as usize;

    /// All rows from the top.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn set(&mut self, Point { x, y }: Point, colour: BinaryColor) {
        let (x, y) = (x as usize, y as usize);
        let byte = &mut self.0[y * Self::ROW + x / 8];
        let bit = 0x80 >> (x % 8);
        *byte = if colour.is_on() { *byte | bit } else { *byte & !bit };
    }
}

impl OriginDimensions for Frame {
    fn size(&self) -> Size {
        Self::SIZE
    }
}

impl DrawTarget for Frame {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        dots: I,
    ) -> Result<(), Infallible> {
        let all = self.bounding_box();
        let inside = dots.into_iter().filter(|Pixel(at, _)| all.contains(*at));
        inside.for_each(|Pixel(at, colour)| self.set(at, colour));
        Ok(())
    }

    /// By bytes: it is what clears the picture and draws codes.
    fn fill_solid(&mut self, place: &Rectangle, colour: BinaryColor) -> Result<(), Infallible> {
        let inside = self.bounding_box().intersection(place);
        let (columns, rows) = (inside.columns(), inside.rows());
        let (left, right) = (columns.start as usize, columns.end as usize);
        let bytes = left / 8..right.div_ceil(8);
        for y in rows {
            let row = &mut self.0[y as usize * Self::ROW..][..Self::ROW];
            for index in bytes.clone() {
                let (start, end) = (left.max(index * 8) % 8, right.min(index * 8 + 8) - index * 8);
                let bits = 0xff >> start & !(0xff_u32 >> end) as u8;
                let byte = &mut row[index];
                *byte = if colour.is_on() { *byte | bits } else { *byte & !bits };
            }
        }
        Ok(())
    }
}

// Apart from what waits for the network, which must not hold the stack that these take.
#[inline(never)]
fn lay_out<'a, 'm, T: AsRef<str>>(
    ad: &'a Ad<T>,
    votes: Option<Votes<'a>>,
    memory: &'m mut CodeMemory,
) -> Result<Card<'a, 'm, T>, NoCard> {
    match votes {
        Some(votes) => Card::after_vote(ad, votes, Frame::SIZE, memory),
        None => Card::new(ad, Frame::SIZE, memory),
    }
}

#[inline(never)]
fn paint<T: AsRef<str>>(card: &Card<'_, '_, T>, frame: &mut Frame) {
    let Ok(()) = card.draw(&Theme::ON_PAPER, frame);
}

#[cfg(test)]
mod tests {
    use super::*;
    use embassy_futures::block_on;
    use embassy_futures::select::{Either, select};
    use thrads_core::{ChatbotMessage, ChatbotPrompt};

    /// A display that knows nothing but dots.
    struct Dots(Vec<bool>);

    impl OriginDimensions for Dots {
        fn size(&self) -> Size {
            Frame::SIZE
        }
    }

    impl DrawTarget for Dots {
        type Color = BinaryColor;
        type Error = Infallible;

        fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
            &mut self,
            dots: I,
        ) -> Result<(), Infallible> {
            for Pixel(at, colour) in dots {
                if self.bounding_box().contains(at) {
                    self.0[at.y as usize * 320 + at.x as usize] = colour.is_on();
                }
            }
            Ok(())
        }
    }

    fn message(product: &'static str) -> Ad<&'static str> {
        Ad::Message(ChatbotMessage {
            creative: "Steel, quiet, two-year cover.",
            prod_name: Some(product),
            img_url: None,
            prod_url: "https://boilwell.example/?token=5f0c77aa-19b4-4c1e-9d62-0b7e3f8a2c41",
            price_micros: None,
            currency: None,
        })
    }

    fn shown(picture: &Picture) -> Vec<u8> {
        let kept = Mutex::<Raw, _>::new(Vec::new());
        let keep = async |frame: &Frame| *kept.lock().await = frame.as_bytes().to_vec();
        let looking = async {
            while kept.lock().await.is_empty() {
                yield_now().await;
            }
        };
        let Either::First(()) = block_on(select(looking, picture.each(keep)));
        kept.into_inner()
    }

    #[test]
    fn a_board_is_shown_the_card_as_any_display_would_have_it() {
        let (picture, ad) = (Picture::new(), message("Kettle"));
        block_on(picture.draw(&ad, None)).unwrap();
        let (mut dots, mut memory) = (Dots(vec![false; 320 * 240]), CodeMemory::new());
        let card = Card::new(&ad, Frame::SIZE, &mut memory).unwrap();
        assert!(card.code().is_some());
        let Ok(()) = card.draw(&Theme::ON_PAPER, &mut dots);
        let bits = |byte: &u8| (0..8).map(|bit| byte & 0x80 >> bit != 0).collect::<Vec<_>>();
        let bits: Vec<_> = shown(&picture).iter().flat_map(bits).collect();
        assert!(bits == dots.0);
    }

    #[test]
    fn what_makes_no_card_takes_the_last_one_away() {
        let picture = Picture::new();
        let foreign = ChatbotPrompt {
            prompt: "高山乌龙茶一口回甘",
            link: "",
            brand: None,
            sponsored_prompt_id: None,
            icon: None,
            token: None,
        };
        let blank = vec![0; Frame::BYTES];
        block_on(picture.draw(&message("Kettle"), None)).unwrap();
        assert!(shown(&picture) != blank);
        assert_eq!(
            block_on(picture.draw(&Ad::ChatbotPrompt(foreign), None)),
            Err(NoCard::NoGlyphs)
        );
        assert!(shown(&picture) == blank);
        block_on(picture.draw(&message("Cup"), None)).unwrap();
        block_on(picture.wipe());
        assert!(shown(&picture) == blank);
    }
}
