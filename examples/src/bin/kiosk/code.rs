//! A click URL as a QR code on a terminal: two modules to a character, by half blocks, for a telephone to read.
//!
//! Showing it is no click, and nothing here opens the URL.

use kiosk_display::{Code, CodeMemory};

/// The lines of the code, each with its own colours; `None` if it is wider than `columns`.
pub(crate) fn half_blocks(url: &str, columns: u32) -> Option<Vec<String>> {
    let mut memory = CodeMemory::new();
    let code = Code::fit(url, columns, 1, &mut memory)?;
    let side = code.modules();
    let line = |row| {
        let blocks: String =
            (0..side).map(|at| block(code.is_dark(at, row), code.is_dark(at, row + 1))).collect();
        format!("{BLACK_ON_WHITE}{blocks}{RESET}")
    };
    Some((0..side).step_by(2).map(line).collect())
}

fn block(is_dark_above: bool, is_dark_below: bool) -> char {
    match (is_dark_above, is_dark_below) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

/// Whatever the terminal's colours are: a code is dark on light.
const BLACK_ON_WHITE: &str = "\x1b[30;107m";
const RESET: &str = "\x1b[0m";

#[cfg(test)]
mod tests {
    use super::*;
    use rqrr::{Grid, SimpleGrid};

    const URL: &str =
        "https://ssp.thrads.ai/api/v1/tracking/redirect?token=5f0c77aa19b44c1e9d620b7e3f";

    /// What stands on the terminal, dark or light, without the quiet zone.
    fn seen(lines: &[String]) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in lines {
            let blocks = line.strip_prefix(BLACK_ON_WHITE).unwrap().strip_suffix(RESET).unwrap();
            rows.push(blocks.chars().map(|block| "█▀".contains(block)).collect::<Vec<_>>());
            rows.push(blocks.chars().map(|block| "█▄".contains(block)).collect());
        }
        let side = rows[0].len();
        let inside = 4..side - 4;
        assert!(rows[..4].iter().chain(&rows[inside.end..]).flatten().all(|is_dark| !is_dark));
        rows[inside.clone()].iter().map(|row| row[inside.clone()].to_vec()).collect()
    }

    #[test]
    fn a_reader_of_the_terminal_gets_the_exact_url() {
        for url in [URL.to_owned(), format!("{URL}&view_url={}", "a%2Fb".repeat(40))] {
            let rows = seen(&half_blocks(&url, 72).unwrap());
            let grid = SimpleGrid::from_func(rows.len(), |x, y| rows[y][x]);
            assert_eq!(Grid::new(grid).decode().unwrap().1, url);
        }
    }

    #[test]
    fn a_code_wider_than_the_terminal_is_none() {
        assert!(half_blocks(&URL.repeat(9), 72).is_none());
        assert!(half_blocks(URL, 20).is_none());
    }
}
