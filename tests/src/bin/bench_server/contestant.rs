//! A client that is measured, in a process of its own.

use crate::python;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

/// The first argument that makes this program a contestant; its name, the sandbox and how many chats it has follow.
pub(crate) const COMMAND: &str = "contestant";

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Client {
    Ours,
    ByHand,
    Bare,
    Python,
}

/// A process whose chats ask as often as a line on its standard input says, and which tells in a line what that took. At the
/// end of its input it tells what is true of all asks.
pub(crate) struct Contestant {
    pub(crate) client: Client,
    pub(crate) rounds: Vec<Round>,
    chats: usize,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What an ask of a round took.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    pub(crate) asks_a_second: f64,
    pub(crate) cpu_micros: f64,
}

/// What is true of all asks of a client.
#[derive(Clone, Copy)]
pub(crate) struct Totals {
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
}

impl Contestant {
    /// Starts it and lets it warm up. `None`, and a line on the standard error, where it cannot run.
    pub(crate) fn start(client: Client, base: &str, chats: usize) -> Option<Self> {
        let this = Self::warm(client, base, chats);
        match client {
            _ if this.is_some() => {}
            Client::Python => eprintln!("not measured: python3 with requests is not there"),
            _ => eprintln!("{} does not run", client.name()),
        }
        this
    }

    /// A round. One that fails leaves the client without a figure in it.
    pub(crate) fn run(&mut self, asks: usize) {
        let asks = if self.client == Client::Python { asks.div_ceil(10) } else { asks };
        let round =
            self.take(asks).unwrap_or(Round { asks_a_second: f64::NAN, cpu_micros: f64::NAN });
        self.rounds.push(round);
    }

    /// Ends it.
    pub(crate) fn end(self) -> Option<Totals> {
        let Self { mut process, input, mut output, .. } = self;
        drop(input);
        let [allocations, p50_micros, p99_micros] = numbers(&mut output)?;
        process.wait().ok()?;
        Some(Totals { allocations, p50_micros, p99_micros })
    }

    fn warm(client: Client, base: &str, chats: usize) -> Option<Self> {
        let mut command = match client {
            Client::Python => python::command(base, chats),
            _ => {
                let mut command = Command::new(std::env::current_exe().ok()?);
                command.args([COMMAND, client.name(), base, &chats.to_string()]);
                command
            }
        };
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (input, output) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut this = Self { client, rounds: vec![], chats, process, input, output };
        this.take(20).map(|_| this)
    }

    fn take(&mut self, asks: usize) -> Option<Round> {
        writeln!(self.input, "{asks}").ok()?;
        let [wall, cpu] = numbers(&mut self.output)?.map(Duration::from_nanos);
        let asks = (asks * self.chats) as f64;
        Some(Round {
            asks_a_second: asks / wall.as_secs_f64(),
            cpu_micros: cpu.as_secs_f64() * 1e6 / asks,
        })
    }
}

fn numbers<T: FromStr, const N: usize>(output: &mut impl BufRead) -> Option<[T; N]> {
    let mut line = String::new();
    output.read_line(&mut line).ok()?;
    let numbers: Option<Vec<T>> = line.split_whitespace().map(|n| n.parse().ok()).collect();
    numbers?.try_into().ok()
}
