//! Cards as PNG files: a simulator without a window, for tests, for documentation, and to see what a kiosk shows.

use crate::{Card, Theme};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565, Rgb888};
use embedded_graphics::prelude::*;
use embedded_graphics_simulator::{OutputSettings, SimulatorDisplay};
use std::path::Path;

/// A display that cards are drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Its size as people write it, and the end of a picture's name.
    pub name: &'static str,
    /// Pixels.
    pub size: Size,
    /// Colours, or black on white.
    pub is_coloured: bool,
}

/// The displays that this crate is tested with: two liquid crystal displays and an electronic paper.
pub const SCREENS: [Screen; 3] = [
    Screen { name: "320x240", size: Size::new(320, 240), is_coloured: true },
    Screen { name: "480x320", size: Size::new(480, 320), is_coloured: true },
    Screen { name: "296x128", size: Size::new(296, 128), is_coloured: false },
];

/// Draws a card as it looks on a screen: in the 65,536 colours of small displays, or in two.
pub fn picture<T: AsRef<str>>(card: &Card<'_, '_, T>, screen: Screen) -> SimulatorDisplay<Rgb888> {
    if screen.is_coloured {
        let mut display = SimulatorDisplay::with_default_color(screen.size, Rgb565::MAGENTA);
        let Ok(()) = card.draw(&Theme::colour(), &mut display);
        return converted(&display, Rgb888::from);
    }
    let mut display = SimulatorDisplay::new(screen.size);
    let Ok(()) = card.draw(&Theme::ON_PAPER, &mut display);
    converted(&display, |dot| if dot == BinaryColor::On { Rgb888::BLACK } else { Rgb888::WHITE })
}

/// Writes a picture as a PNG file.
///
/// # Errors
///
/// What the file system says.
pub fn save(picture: &SimulatorDisplay<Rgb888>, path: &Path) -> std::io::Result<()> {
    let image = picture.to_rgb_output_image(&OutputSettings::default());
    image.save_png(path).map_err(std::io::Error::other)
}

fn converted<C: PixelColor>(
    display: &SimulatorDisplay<C>,
    colour: impl Fn(C) -> Rgb888,
) -> SimulatorDisplay<Rgb888> {
    let mut out = SimulatorDisplay::new(display.size());
    let dots = display.bounding_box().points();
    let Ok(()) = out.draw_iter(dots.map(|at| Pixel(at, colour(display.get_pixel(at)))));
    out
}
