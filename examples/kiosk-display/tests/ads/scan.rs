//! What a telephone would make of a picture.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics_simulator::SimulatorDisplay;

/// The texts of all codes in a picture, found and read by rqrr.
pub(crate) fn codes(display: &SimulatorDisplay<Rgb888>) -> Vec<String> {
    let size = display.size();
    let at = |x: usize, y: usize| Point::new(i32::try_from(x).unwrap(), i32::try_from(y).unwrap());
    let luma = |x, y| {
        let dot = display.get_pixel(at(x, y));
        let sum = u32::from(dot.r()) * 3 + u32::from(dot.g()) * 6 + u32::from(dot.b());
        u8::try_from(sum / 10).unwrap()
    };
    let [width, height] = [size.width, size.height].map(|side| usize::try_from(side).unwrap());
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, luma);
    image.detect_grids().iter().map(|grid| grid.decode().expect("a sound code").1).collect()
}
