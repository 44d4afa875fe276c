//! Calls at the platform's door over the day, as an SVG.

use super::platform::OUTAGE;
use super::{Day, Fleet};
use std::fmt::Write;

/// A line a fleet, a point for every two minutes.
pub fn picture(fleets: &[Fleet; 4], days: &[Day; 4]) -> String {
    let rates = days.each_ref().map(rates);
    let top = rates.iter().flatten().copied().max().unwrap_or(1).max(1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        WIDTH + 2 * MARGIN,
        HEIGHT + 2 * MARGIN
    );
    let x = |ms: u64| MARGIN + (ms.saturating_sub(START)) * WIDTH / LENGTH;
    let y = |rate: u64| MARGIN + HEIGHT - rate * HEIGHT / top;
    let (from, to) = (x(OUTAGE.start), x(OUTAGE.end));
    let _ = writeln!(
        svg,
        "<rect x=\"{from}\" y=\"{MARGIN}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"#fdd\"/>",
        to - from
    );
    for hour in 9..=21 {
        let at = x(hour * 3_600_000);
        let _ = writeln!(
            svg,
            "<text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{hour}:00</text>",
            MARGIN + HEIGHT + 18
        );
    }
    for step in 0..=4 {
        let rate = top * step / 4;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}.{}</text><path d=\"M{MARGIN} {1} h{WIDTH}\" \
             stroke=\"#ddd\"/>",
            MARGIN - 6,
            y(rate),
            rate / 10,
            rate % 10
        );
    }
    for (index, (rates, fleet)) in rates.iter().zip(fleets).enumerate() {
        let points = rates.iter().zip(0..);
        let points: String =
            points.map(|(rate, at)| format!("{},{} ", x(START + at * SLICE), y(*rate))).collect();
        let (colour, below) = (COLOURS[index], MARGIN + 16 + 16 * index as u64);
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n\
             <text x=\"{}\" y=\"{below}\" fill=\"{colour}\">{}</text>",
            points.trim_end(),
            MARGIN + 12,
            fleet.name
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"{}\">calls a second at the platform's door; red: its outage</text>\n</svg>",
        MARGIN - 14
    );
    svg
}

/// Tenths of a call a second, on average over each slice.
fn rates(day: &Day) -> Vec<u64> {
    let seconds = usize::try_from(SLICE / 1000).unwrap_or(1);
    let first = usize::try_from(START / 1000).unwrap_or(0);
    let last = usize::try_from((START + LENGTH) / 1000).unwrap_or(0);
    day.door[first..last]
        .chunks(seconds)
        .map(|slice| slice.iter().map(|calls| u64::from(*calls)).sum::<u64>() * 10 / seconds as u64)
        .collect()
}

const COLOURS: [&str; 4] = ["#999", "#36c", "#e80", "#292"];
const START: u64 = 9 * 3_600_000;
const LENGTH: u64 = 12 * 3_600_000;
const SLICE: u64 = 120_000;
const WIDTH: u64 = 900;
const HEIGHT: u64 = 300;
const MARGIN: u64 = 50;
