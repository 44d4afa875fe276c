//! A client that is measured, in a process of its own.

use crate::bare::Bare;
use crate::by_hand::ByHand;
use crate::ours::Ours;
use crate::python;
use std::fs;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// The first argument that makes this program a contestant; its name, the sandbox and how many asks follow.
pub(crate) const COMMAND: &str = "contestant";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Ours,
    ByHand,
    Bare,
    Python,
}

/// What one process measured.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// On one core, one after the other.
    pub(crate) asks_a_second: f64,
    pub(crate) cpu_micros: f64,
    pub(crate) allocations: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

impl Client {
    pub(crate) const ALL: [Self; 4] = [Self::Ours, Self::ByHand, Self::Bare, Self::Python];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "thrads-std",
            Self::ByHand => "reqwest + serde_json",
            Self::Bare => "reqwest alone",
            Self::Python => "python requests",
        }
    }

    /// Runs it in a process of its own; Python makes a tenth of the asks.
    pub(crate) fn run(self, base: &str, asks: usize) -> Option<Figures> {
        if self == Self::Python {
            return python::run(base, asks / 10);
        }
        let program = std::env::current_exe().ok()?;
        let output = Command::new(program)
            .args([COMMAND, self.name(), base, &asks.to_string()])
            .output()
            .ok()?;
        Figures::read(&String::from_utf8(output.stdout).ok()?)
    }
}

impl Figures {
    /// Five numbers in a line.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let numbers: Option<Vec<f64>> = line.split_whitespace().map(|n| n.parse().ok()).collect();
        let [asks_a_second, cpu_micros, allocations, p50_micros, p99_micros] = numbers?[..] else {
            return None;
        };
        Some(Self { asks_a_second, cpu_micros, allocations, p50_micros, p99_micros })
    }
}

pub(crate) fn main(client: &str, base: &str, asks: &str) -> ExitCode {
    let Ok(asks) = asks.parse() else { return ExitCode::from(2) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    // reqwest wants a provider for TLS, even for plain text.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let figures = match client {
        "thrads-std" => Ours::new(base)
            .and_then(|mut client| measure(&runtime, asks, || runtime.block_on(client.ask()))),
        "reqwest + serde_json" => ByHand::new(base)
            .and_then(|mut client| measure(&runtime, asks, || runtime.block_on(client.ask()))),
        _ => Bare::new(base)
            .and_then(|mut client| measure(&runtime, asks, || runtime.block_on(client.ask()))),
    };
    let Some(Figures { asks_a_second, cpu_micros, allocations, p50_micros, p99_micros }) = figures
    else {
        return ExitCode::FAILURE;
    };
    println!("{asks_a_second} {cpu_micros} {allocations} {p50_micros} {p99_micros}");
    ExitCode::SUCCESS
}

fn measure(_: &Runtime, asks: usize, mut ask: impl FnMut() -> Option<usize>) -> Option<Figures> {
    for _ in 0..200 {
        ask()?;
    }
    let mut took = Vec::with_capacity(asks);
    let (begin, begin_cpu) = (Instant::now(), cpu()?);
    // To count takes longer than to allocate, and Python has nobody who counts.
    allocation_counter::opt_out(|| {
        took.extend((0..asks).map_while(|_| {
            let start = Instant::now();
            ask().map(|_| start.elapsed())
        }));
    });
    let (wall, used) = (begin.elapsed(), cpu()? - begin_cpu);
    if took.len() < asks {
        return None;
    }
    let counted = allocation_counter::measure(|| {
        for _ in 0..200 {
            ask();
        }
    });
    took.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    Some(Figures {
        asks_a_second: asks as f64 / wall.as_secs_f64(),
        cpu_micros: micros(used) / asks as f64,
        allocations: counted.count_total as f64 / 200.0,
        p50_micros: micros(took[asks / 2]),
        p99_micros: micros(took[asks * 99 / 100]),
    })
}

/// What this thread has run so far, in nanoseconds by Linux' own account; nothing here runs on another.
fn cpu() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
