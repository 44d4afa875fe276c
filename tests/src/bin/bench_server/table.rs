//! The table: medians of the rounds, and of the ratios to the client written by hand in the same round.

use crate::contestant::{Client, Contestant, Round, Totals};

/// What is said of a client.
struct Figures {
    client: Client,
    rounds: Vec<Round>,
    totals: Totals,
}

/// Prints it; whether the goals are met: throughput and CPU at least 0.97 of the client written by hand, strictly fewer
/// allocations outside reqwest, twenty times Python.
pub(crate) fn print(contestants: Vec<Contestant>) -> bool {
    let begun = contestants.len();
    let mut met: Vec<Figures> = contestants.into_iter().filter_map(Figures::of).collect();
    met.sort_by_key(|figures| figures.client);
    let of = |client| met.iter().find(|figures| figures.client == client);
    let (Some(ours), Some(hand), Some(bare)) =
        (of(Client::Ours), of(Client::ByHand), of(Client::Bare))
    else {
        eprintln!("a client did not run");
        return false;
    };
    if met.len() < begun {
        eprintln!("python did not run to its end");
        return false;
    }
    println!(
        "{:<22}{:>10}{:>8}{:>10}{:>8}{:>10}{:>9}{:>9}",
        "", "asks/s", "ratio", "CPU us", "ratio", "allocs", "p50 us", "p99 us"
    );
    for figures in &met {
        println!(
            "{:<22}{:>10.0}{:>8.3}{:>10.1}{:>8.3}{:>10.1}{:>9.0}{:>9.0}",
            figures.client.name(),
            median(figures.rounds.iter().map(|round| round.asks_a_second)),
            figures.throughput_beside(hand),
            median(figures.rounds.iter().map(|round| round.cpu_micros)),
            figures.cpu_beside(hand),
            figures.allocations_outside(bare),
            figures.totals.p50_micros,
            figures.totals.p99_micros,
        );
    }
    let python = of(Client::Python).map(|python| ours.cpu_beside(python));
    if let Some(times) = python {
        println!("thrads-std does {times:.1} times what python requests does with a second of CPU");
    }
    let goals = [
        ("asks a second, 0.97 of by hand", Some(ours.throughput_beside(hand) >= 0.97)),
        ("CPU, 0.97 of by hand", Some(ours.cpu_beside(hand) >= 0.97)),
        (
            "fewer allocations outside reqwest",
            Some(ours.allocations_outside(bare) < hand.allocations_outside(bare)),
        ),
        ("twenty times python requests, CPU", python.map(|times| times >= 20.0)),
    ];
    for (goal, is_met) in goals {
        let told = is_met.map_or("not measured", |is_met| if is_met { "met" } else { "MISSED" });
        println!("{goal}: {told}");
    }
    goals.iter().all(|(_, is_met)| *is_met != Some(false))
}

impl Figures {
    fn of(contestant: Contestant) -> Option<Self> {
        let (client, rounds) = (contestant.client, contestant.rounds.clone());
        contestant.end().map(|totals| Self { client, rounds, totals })
    }

    /// What it does in a second beside what `other` does.
    fn throughput_beside(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        median(pairs.map(|(round, other)| round.asks_a_second / other.asks_a_second))
    }

    /// What it does with the same CPU beside what `other` does.
    fn cpu_beside(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        median(pairs.map(|(round, other)| other.cpu_micros / round.cpu_micros))
    }

    fn allocations_outside(&self, bare: &Self) -> f64 {
        (self.totals.allocations - bare.totals.allocations).max(0.0)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
