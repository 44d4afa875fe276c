//! Interleaved rounds: every contestant of a line runs once a round, and medians are compared.

use std::time::{Duration, Instant};

/// A contestant does its work once and returns something of the result, so that none of it is left out.
pub(crate) type Contestant<'a> = Box<dyn FnMut() -> usize + 'a>;

/// Prints a line and returns how many of the others were faster. `None` is one that cannot do it.
pub(crate) fn line(
    name: &str,
    rounds: usize,
    ours: Contestant<'_>,
    others: [Option<Contestant<'_>>; 3],
) -> usize {
    let mut contestants: Vec<_> = std::iter::once(Some(ours)).chain(others).collect();
    let mut batches = vec![0; contestants.len()];
    for (contestant, batch) in contestants.iter_mut().zip(&mut batches) {
        *batch = contestant.as_mut().map_or(0, |work| batch_size(work));
    }
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for ((contestant, times), &batch) in contestants.iter_mut().zip(&mut times).zip(&batches) {
            if let Some(work) = contestant {
                times.push(time(work, batch).as_nanos() as f64 / batch as f64);
            }
        }
    }
    let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
    let ratios: Vec<_> = medians
        .iter()
        .skip(1)
        .map(|other| other.zip(medians[0]).map(|(other, own)| other / own))
        .collect();
    let shown = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
    println!(
        "{name:<38} {:>6.0} ns  {:>10} {:>15} {:>8}",
        medians[0].unwrap_or_default(),
        shown(ratios[0]),
        shown(ratios[1]),
        shown(ratios[2])
    );
    ratios.into_iter().flatten().filter(|ratio| *ratio < 1.0).count()
}

/// As many runs as take about a tenth of a millisecond, so that the clock's own cost does not show.
fn batch_size(work: &mut Contestant<'_>) -> u32 {
    let mut batch = 1;
    while time(work, batch) < Duration::from_micros(100) {
        batch *= 2;
    }
    batch
}

fn time(work: &mut Contestant<'_>, times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        std::hint::black_box(work());
    }
    start.elapsed()
}

fn median(times: &mut [f64]) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
