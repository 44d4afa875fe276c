//! Prints what a telephone reads from pictures of two colours (PBM), a code a line, and fails for one that has none:
//!
//! ```text
//! cargo run -p kiosk-display --example scan screen-01.pbm
//! ```

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    std::env::args().skip(1).try_for_each(|file| {
        let picture = std::fs::read(&file)?;
        let codes = codes(&picture).ok_or_else(|| format!("{file} is no such picture"))?;
        if codes.is_empty() {
            return Err(format!("{file} has no code").into());
        }
        codes.iter().for_each(|code| println!("{code}"));
        Ok(())
    })
}

/// The texts of the codes in a picture: `P4`, its width and height, and its rows in bytes, where a one is black.
fn codes(picture: &[u8]) -> Option<Vec<String>> {
    let line = picture.iter().position(|byte| *byte == b'\n')?;
    let mut words = std::str::from_utf8(&picture[..line]).ok()?.split(' ');
    let is_bitmap = words.next()? == "P4";
    let (width, height) = (words.next()?.parse::<usize>().ok()?, words.next()?.parse().ok()?);
    let rows = &picture[line + 1..];
    let row = width.div_ceil(8);
    if !is_bitmap || Some(rows.len()) != row.checked_mul(height) {
        return None;
    }
    let luma = |x: usize, y: usize| {
        let is_black = rows[y * row + x / 8] & 0x80 >> (x % 8) != 0;
        if is_black { 0 } else { 255 }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, luma);
    Some(image.detect_grids().iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect())
}
