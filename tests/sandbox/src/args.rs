//! The command line of the program: options become a [`Config`].

use std::fmt;
use std::str::FromStr;

use thrads_sandbox::{Config, Identity};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Run(Box<Config>),
    Help,
}

/// Why a command line makes no sense.
#[derive(Debug)]
pub(crate) enum Error {
    Unknown(String),
    NoValue(String),
    BadValue { option: String, value: String, why: String },
}

/// Reads the arguments after the program's name.
pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Command, Error> {
    let mut config = Config { port: 8080, ..Config::default() };
    let mut tls = Tls::default();
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        let (option, joined) = match arg.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        match (option.as_str(), &joined) {
            ("-h" | "--help", None) => return Ok(Command::Help),
            ("--direct", None) => config.direct = true,
            ("--always-serve", None) => config.always_serve = true,
            ("--always-match", None) => config.always_match = true,
            _ => {
                let mut value =
                    || joined.clone().or_else(|| args.next()).ok_or(Error::NoValue(option.clone()));
                match option.as_str() {
                    "--tls" => tls.authority = Some(value()?),
                    "--tls-host" => tls.hosts.push(value()?),
                    "--tls-cert" => tls.chain = Some(value()?),
                    "--tls-key" => tls.key = Some(value()?),
                    _ => set(&mut config, &option, &mut value)?,
                }
            }
        }
    }
    config.tls = tls.identity()?;
    Ok(Command::Run(Box::new(config)))
}

/// What the options about TLS say.
#[derive(Default)]
struct Tls {
    authority: Option<String>,
    hosts: Vec<String>,
    chain: Option<String>,
    key: Option<String>,
}

impl Tls {
    fn identity(self) -> Result<Option<Identity>, Error> {
        let bad = |option: &str, value: &str| {
            let (option, value) = (option.to_owned(), value.to_owned());
            move |why: std::io::Error| Error::BadValue { option, value, why: why.to_string() }
        };
        match (self.authority, self.chain, self.key) {
            (None, None, None) => Ok(None),
            (None, Some(chain), Some(key)) => {
                Identity::read(&chain, key).map(Some).map_err(bad("--tls-cert", &chain))
            }
            (Some(file), None, None) => {
                let hosts = self.hosts.iter().map(String::as_str);
                let hosts: Vec<_> = ["localhost", "127.0.0.1"].into_iter().chain(hosts).collect();
                let (identity, authority) =
                    Identity::throw_away(&hosts).map_err(bad("--tls-host", &hosts.join(" ")))?;
                std::fs::write(&file, authority).map_err(bad("--tls", &file))?;
                Ok(Some(identity))
            }
            _ => {
                Err(Error::NoValue("--tls, or --tls-cert with --tls-key: each of them".to_owned()))
            }
        }
    }
}

type Value<'a> = &'a mut dyn FnMut() -> Result<String, Error>;

fn set(config: &mut Config, option: &str, value: Value<'_>) -> Result<(), Error> {
    match option {
        "--port" => config.port = parse(option, value)?,
        "--limit" => config.limit = parse(option, value)?,
        "--seed" => config.seed = parse(option, value)?,
        "--prompts" => config.prompts = parse(option, value)?,
        "--ad-offset" => config.ad_offset = parse(option, value)?,
        "--max-frequency" => config.max_frequency = parse(option, value)?,
        "--offset-mode" => config.offset_mode = parse(option, value)?,
        "--c3" => config.key_headers = parse(option, value)?,
        "--c4" => config.production_member = parse(option, value)?,
        "--c5" => config.staging = parse(option, value)?,
        "--c7" => config.prompts_in = parse(option, value)?,
        "--ads-at" => config.ads_at = Some(value()?),
        "--origin" => config.origins.push(value()?),
        "--c9" => config.prompt_click = parse(option, value)?,
        "--c10" => config.trackers_in = parse(option, value)?,
        "--c11" => config.end_user = parse(option, value)?,
        "--c12" => config.geo = parse(option, value)?,
        "--c15" => config.duplicate_vote = parse(option, value)?,
        "--c16" => config.poll_token = parse(option, value)?,
        "--c17" => config.vote_token = parse(option, value)?,
        "--c18" => config.poll_answer = parse(option, value)?,
        "--c19" => config.v1_tracking = parse(option, value)?,
        "--c23" => config.no_ad_data = parse(option, value)?,
        "--c26" => config.creative_is = parse(option, value)?,
        "--c28" => config.invalid_is = parse(option, value)?,
        "--c32" => config.alternation = parse(option, value)?,
        _ => return Err(Error::Unknown(option.to_owned())),
    }
    Ok(())
}

fn parse<T: FromStr<Err: fmt::Display>>(option: &str, value: Value<'_>) -> Result<T, Error> {
    let value = value()?;
    value.parse().map_err(|why: T::Err| Error::BadValue {
        option: option.to_owned(),
        value,
        why: why.to_string(),
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(option) => write!(f, "there is no option {option}"),
            Self::NoValue(option) => write!(f, "{option} needs a value"),
            Self::BadValue { option, value, why } => {
                write!(f, "{option} cannot be {value:?}: {why}")
            }
        }
    }
}

pub(crate) const USAGE: &str = "\
The Thrads publisher platform on loopback.

Usage: sandbox [OPTIONS]

  --port N             port on 127.0.0.1; 0 takes a free one [8080]
  --tls FILE           speaks TLS with throw-away keys; their authority's certificate goes to FILE, in DER
  --tls-host NAME      a name of the throw-away certificate besides localhost; may come again
  --tls-cert FILE      speaks TLS with this chain, in PEM
  --tls-key FILE       and this key of it
  --direct             end users call it themselves: no X-Forwarded-For asked for
  --ads-at HOST        the host, and its port, in the URLs of ads [the one that was asked]
  --always-serve       v1 with production:false serves on every call
  --always-match       production has an ad for every subject
  --origin URL         a registered origin, whose browsers may call the SSP; may come again
  --limit N            requests a second a key [40]
  --seed N             where ids and the rotation of ads begin [0]
  --prompts N          sponsored prompts of an SSP answer [3]
  --ad-offset N        the dashboard's ad_offset [2]
  --max-frequency N    the dashboard's max_frequency [5]
  --offset-mode MODE   v1 offset: after-n, at-n
  --c3 MODE            key headers: strict, any
  --c4 MODE            the SSP's production member: ignored, legacy
  --c5 MODE            the SSP's staging key: serves, paces
  --c7 MODE            prompts in data: bids, bid-array, bid
  --c9 MODE            taps on SSP prompts: both, post, get
  --c10 MODE           message trackers: query, top-level, both
  --c11 MODE           end-user headers: required, optional
  --c12 MODE           geo headers: trio, loose
  --c15 MODE           a second vote with one token: 200, 409
  --c16 MODE           an unknown poll token: 404, 401
  --c17 MODE           a vote's token: query, body
  --c18 MODE           poll answers: enveloped, bare
  --c19 MODE           v1 prompts are reported by: feedback, click, both
  --c23 MODE           v1 data without an ad: empty, null
  --c26 MODE           creative of a v1 message: string, object
  --c28 MODE           an SSP validation error: 422, 400
  --c32 MODE           SSP messages: strict, lenient
  -h, --help           this text
";

#[cfg(test)]
mod tests {
    use super::*;
    use thrads_sandbox::{PollAnswer, PromptsIn, TrackersIn};

    fn run(args: &str) -> Result<Command, Error> {
        read(args.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_values_behind_a_space_or_an_equals_sign() {
        let Ok(Command::Run(config)) = run("--port 0 --direct --c7=bid --c10 both --seed=9") else {
            panic!()
        };
        assert_eq!((config.port, config.direct, config.seed), (0, true, 9));
        let Ok(Command::Run(polls)) =
            run("--c15 409 --c16=401 --c17 body --c18 bare --origin a --origin b")
        else {
            panic!()
        };
        assert_eq!((polls.poll_answer, polls.origins.len()), (PollAnswer::Bare, 2));
        assert_eq!((config.prompts_in, config.trackers_in), (PromptsIn::Bid, TrackersIn::Both));
    }

    #[test]
    fn says_what_is_wrong() {
        for (args, part) in [
            ("--prot 1", "no option --prot"),
            ("--port", "needs a value"),
            ("--port 70000", "--port cannot be \"70000\""),
            ("--c12 both", "expected one of trio, loose"),
            ("--direct=yes", "no option --direct"),
            ("8080", "no option 8080"),
        ] {
            assert!(run(args).unwrap_err().to_string().contains(part), "{args}");
        }
        assert!(matches!(run("--port 1 -h"), Ok(Command::Help)));
    }
}
