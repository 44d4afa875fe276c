//! The command line.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use thrads_core::{AdFormat, AdFormats};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Args {
    /// `None` takes [`LISTEN`], or a free port where that is taken.
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) formats: AdFormats,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) operators: Vec<IpNet>,
    pub(crate) seen_within: Duration,
    pub(crate) drain: Duration,
    pub(crate) word: Duration,
    pub(crate) relay: RelayArgs,
}

/// What a relay for devices is started with, as names of files.
#[derive(Debug, Default)]
pub(crate) struct RelayArgs {
    pub(crate) secret: Option<String>,
    pub(crate) to_loopback: Option<String>,
    /// How an emulated device sees ports of this machine.
    pub(crate) seen_as: Vec<(IpAddr, u16)>,
}

#[derive(Debug)]
pub(crate) enum Action {
    Run(Box<Args>),
    /// The pass of a device, for its provisioning.
    Pass(Box<Args>, String),
    Print(String),
}

/// Where the page is unless told.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

impl Args {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Action, String> {
        let (mut args, mut pass) = (Self::default(), None);
        while let Some(word) = words.next() {
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            match name {
                "--help" | "-h" => return Ok(Action::Print(HELP.to_owned())),
                _ if OPTIONS.contains(&name) => {
                    let value = inline.or_else(|| words.next());
                    let value = value.ok_or_else(|| format!("{name} needs a value"))?;
                    match name {
                        "--relay-pass" => pass = Some(value),
                        _ => args.set(name, &value)?,
                    }
                }
                _ => return Err(format!("unknown option {word}")),
            }
        }
        Ok(match pass {
            Some(device) => Action::Pass(Box::new(args), device),
            None => Action::Run(Box::new(args)),
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let wrong = |wanted: &str| format!("{name} {value}: {wanted}");
        match name {
            "--listen" => {
                let address = value.parse().map_err(|_| wanted_address(&wrong))?;
                self.listen = Some(address);
            }
            "--formats" => self.formats = formats(value).ok_or_else(|| wrong(FORMATS))?,
            "--trusted-proxy" => self.trusted_proxies.push(net(value).ok_or_else(|| wrong(NET))?),
            "--operator" => self.operators.push(net(value).ok_or_else(|| wrong(NET))?),
            "--seen-within" => self.seen_within = seconds(value).ok_or_else(|| wrong(SECONDS))?,
            "--relay" => self.relay.secret = Some(value.to_owned()),
            "--relay-to-loopback" => self.relay.to_loopback = Some(value.to_owned()),
            "--relay-seen-as" => {
                self.relay.seen_as.push(seen_as(value).ok_or_else(|| wrong(SEEN))?)
            }
            "--drain" => self.drain = seconds(value).ok_or_else(|| wrong(SECONDS))?,
            _ => {
                let millis = value.parse().ok().filter(|millis| *millis <= 1000);
                self.word = Duration::from_millis(millis.ok_or_else(|| wrong("give 0 to 1000"))?);
            }
        }
        Ok(())
    }
}

impl Default for Args {
    fn default() -> Self {
        Self {
            listen: None,
            formats: formats("message,poll").expect("these are formats"),
            trusted_proxies: Vec::new(),
            operators: Vec::new(),
            seen_within: Duration::from_secs(900),
            drain: Duration::from_secs(10),
            word: Duration::from_millis(30),
            relay: RelayArgs::default(),
        }
    }
}

fn wanted_address(wrong: &impl Fn(&str) -> String) -> String {
    wrong("give an address and a port, such as 127.0.0.1:8080")
}

fn formats(value: &str) -> Option<AdFormats> {
    let named = |name| match name {
        "message" => Some(AdFormat::SponsoredMessage),
        "poll" => Some(AdFormat::SponsoredPoll),
        _ => None,
    };
    let formats: Option<Vec<_>> = value.split(',').map(named).collect();
    AdFormats::new(&formats?).ok()
}

/// A network, or a single address as a network of one.
fn net(value: &str) -> Option<IpNet> {
    value.parse().ok().or_else(|| value.parse::<IpAddr>().ok().map(IpNet::from))
}

/// `ADDR=PORT`.
fn seen_as(value: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = value.split_once('=')?;
    Some((address.parse().ok()?, port.parse().ok()?))
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds = value.parse().ok().filter(|seconds| (1..=86_400).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

const OPTIONS: [&str; 11] = [
    "--listen",
    "--formats",
    "--trusted-proxy",
    "--operator",
    "--seen-within",
    "--drain",
    "--word-ms",
    "--relay",
    "--relay-pass",
    "--relay-to-loopback",
    "--relay-seen-as",
];
const FORMATS: &str = "give message, poll, or both with a comma";
const SEEN: &str = "give an address and a port of this machine, such as 10.0.2.102=8443";
const NET: &str = "give a network, such as 10.0.0.0/8 or 2001:db8::/32";
pub(crate) const DEVICE: &str = "--relay-pass: give a name of 1 to 32 letters, digits, - or _";
const SECONDS: &str = "give 1 to 86400 seconds";

const HELP: &str = "\
A chat page whose answers earn ads. Without options it runs on a sandbox platform inside itself.

Usage: chat-server [OPTIONS]

  --listen ADDR:PORT     where the page is (default: 127.0.0.1:8080, or a free port where that is taken)
  --formats LIST         what may come under an answer: message, poll, or both with a comma (default: message,poll)
  --trusted-proxy CIDR   believe the X-Forwarded-For of these hops; may be given more than once (default: nobody)
  --operator CIDR        who may see /operator and /metrics; may be given more than once (default: loopback)
  --seen-within SECONDS  how long an impression may be told after the card was served (default: 900)
  --drain SECONDS        how long SIGTERM and Ctrl-C wait for what is under way (default: 10)
  --word-ms N            pace of the scripted answer, milliseconds a word (default: 30)
  --relay FILE           takes reports of devices on, at /relay; the file holds a secret of 32 bytes or more
  --relay-pass NAME      print the pass of a device of that relay, and end
  --relay-to-loopback DER  the relay forwards to loopback only, under this authority: for tests
  --relay-seen-as ADDR=PORT  and a target at ADDR, as an emulated device sees this machine, is taken to that port of it
  -h, --help             print this

With THRADS_API_KEY or THRADS_API_KEY_FILE it talks to the real platform, as THRADS_ENV, THRADS_SSP_URL and
THRADS_TIMEOUT_MS say. Processes that name one THRADS_REDIS_URL share the key's budget, and each impression is redeemed
once, at any of them. Paths: / the page, /operator for whoever runs it, /metrics, /healthz and /readyz for machines.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Args, String> {
        match Args::parse(words.iter().map(|word| (*word).to_owned()))? {
            Action::Run(args) => Ok(*args),
            Action::Print(text) | Action::Pass(_, text) => Err(text),
        }
    }

    #[test]
    fn a_bad_option_is_one_clear_line() {
        assert_eq!(parsed(&["--frobnicate"]).unwrap_err(), "unknown option --frobnicate");
        assert_eq!(parsed(&["--listen"]).unwrap_err(), "--listen needs a value");
        for (words, part) in [
            (["--listen", "8080"], "127.0.0.1:8080"),
            (["--trusted-proxy", "10.0.0.0/40"], "10.0.0.0/8"),
            (["--formats", "message,banner"], "message, poll"),
            (["--formats", "poll,poll"], "message, poll"),
            (["--seen-within", "0"], "1 to 86400"),
            (["--word-ms", "2000"], "0 to 1000"),
            (["--relay-seen-as", "10.0.2.102"], "10.0.2.102=8443"),
        ] {
            let problem = parsed(&words).unwrap_err();
            assert!(problem.starts_with(&words.join(" ")) && problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn every_option_is_in_the_help_and_taken() {
        for name in OPTIONS {
            assert!(HELP.contains(name), "{name}");
        }
        let args =
            parsed(&["--trusted-proxy", "10.0.0.1", "--trusted-proxy=10.1.0.0/16", "--drain=3"]);
        let args = args.unwrap();
        assert_eq!(args.trusted_proxies.len(), 2);
        assert_eq!(args.drain, Duration::from_secs(3));
    }
}
