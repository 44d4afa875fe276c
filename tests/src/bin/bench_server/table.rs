//! The table: medians of the rounds, and ratios to the client written by hand.

use crate::contestant::{Client, Figures};

/// Prints it; whether the goals are met: throughput and CPU at least 0.97 of the client written by hand, strictly fewer
/// allocations outside reqwest, twenty times Python.
pub(crate) fn print(met: &[(Client, Vec<Figures>)]) -> bool {
    let of = |client| median(met, client);
    let (Some(ours), Some(hand), Some(bare)) =
        (of(Client::Ours), of(Client::ByHand), of(Client::Bare))
    else {
        eprintln!("a client did not run");
        return false;
    };
    println!(
        "{:<22}{:>10}{:>8}{:>10}{:>8}{:>10}{:>9}{:>9}",
        "", "asks/s", "ratio", "CPU us", "ratio", "allocs", "p50 us", "p99 us"
    );
    for client in Client::ALL {
        let Some(figures) = of(client) else { continue };
        let outside = (figures.allocations - bare.allocations).max(0.0);
        println!(
            "{:<22}{:>10.0}{:>8.3}{:>10.1}{:>8.3}{:>10.1}{:>9.0}{:>9.0}",
            client.name(),
            figures.asks_a_second,
            figures.asks_a_second / hand.asks_a_second,
            figures.cpu_micros,
            hand.cpu_micros / figures.cpu_micros,
            outside,
            figures.p50_micros,
            figures.p99_micros,
        );
    }
    let python = of(Client::Python);
    let goals = [
        ("asks a second, 0.97 of by hand", ours.asks_a_second >= 0.97 * hand.asks_a_second),
        ("CPU, 0.97 of by hand", 0.97 * ours.cpu_micros <= hand.cpu_micros),
        ("fewer allocations outside reqwest", ours.allocations < hand.allocations),
        (
            "twenty times python requests, CPU",
            python.is_none_or(|python| python.cpu_micros >= 20.0 * ours.cpu_micros),
        ),
    ];
    for (goal, is_met) in goals {
        println!("{goal}: {}", if is_met { "met" } else { "MISSED" });
    }
    goals.iter().all(|(_, is_met)| *is_met)
}

fn median(met: &[(Client, Vec<Figures>)], client: Client) -> Option<Figures> {
    let (_, rounds) = met.iter().find(|(known, _)| *known == client)?;
    let of = |figure: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some(Figures {
        asks_a_second: of(|figures| figures.asks_a_second)?,
        cpu_micros: of(|figures| figures.cpu_micros)?,
        allocations: of(|figures| figures.allocations)?,
        p50_micros: of(|figures| figures.p50_micros)?,
        p99_micros: of(|figures| figures.p99_micros)?,
    })
}
