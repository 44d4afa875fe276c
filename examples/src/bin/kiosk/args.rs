//! The command line.

use crate::voice::Aloud;
use std::path::PathBuf;
use thrads_core::{BaseUrl, Enforcement, Family};
use thrads_sandbox::Fault;

/// What the command line asks for.
pub(crate) struct Args {
    pub(crate) base_url: Option<BaseUrl>,
    pub(crate) family: Family,
    pub(crate) production: bool,
    pub(crate) enforcement: Enforcement,
    pub(crate) fault: Option<Fault>,
    pub(crate) summary: Summary,
    /// Where pictures of the ads shown go.
    pub(crate) screen: Option<PathBuf>,
    /// Who says the ads.
    pub(crate) voice: Option<&'static Aloud>,
}

/// How the summary is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Summary {
    Text,
    Json,
}

pub(crate) enum Action {
    Run(Args),
    Print(String),
}

impl Args {
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Action, String> {
        let mut args = Self {
            base_url: None,
            family: Family::Ssp,
            production: false,
            enforcement: Enforcement::Device,
            fault: None,
            summary: Summary::Text,
            screen: None,
            voice: None,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| words.next())
                    .ok_or_else(|| format!("{name} needs a value"))
            };
            match name {
                "--base-url" => {
                    let url = value()?;
                    args.base_url = Some(
                        BaseUrl::new(&url).map_err(|error| format!("--base-url {url}: {error}"))?,
                    );
                }
                "--api" => {
                    args.family =
                        choose("--api", &value()?, &[("v1", Family::V1), ("ssp", Family::Ssp)])?
                }
                "--enforce" => {
                    let sides = [
                        ("server", Enforcement::Server),
                        ("device", Enforcement::Device),
                        ("shadow", Enforcement::Shadow),
                    ];
                    args.enforcement = choose("--enforce", &value()?, &sides)?;
                }
                "--summary" => {
                    let forms = [("text", Summary::Text), ("json", Summary::Json)];
                    args.summary = choose("--summary", &value()?, &forms)?;
                }
                "--screen" => args.screen = Some(value()?.into()),
                "--voice" => {
                    let language = inline.as_deref().unwrap_or("en");
                    args.voice = Some(choose("--voice", language, &Aloud::LANGUAGES)?);
                }
                "--fault" => {
                    let name = value()?;
                    let fault = name.parse().map_err(|_| {
                        format!("--fault {name}: no such fault; --list-faults names them")
                    })?;
                    args.fault = Some(fault);
                }
                "--production" if inline.is_none() => args.production = true,
                "--list-faults" => return Ok(Action::Print(Fault::NAMES.join("\n") + "\n")),
                "--help" | "-h" => return Ok(Action::Print(HELP.to_owned())),
                _ => return Err(format!("unknown option {word}")),
            }
        }
        Ok(Action::Run(args))
    }
}

fn choose<T: Copy>(option: &str, word: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
    let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
    chosen.ok_or_else(|| format!("{option} {word}: choose one of {}", names.join(", ")))
}

const HELP: &str = "\
A shop kiosk whose answers earn ads. Without options it runs on a sandbox platform inside itself.

Usage: kiosk [OPTIONS]

  --api v1|ssp            API family (default: ssp)
  --enforce device|server|shadow
                          who spaces the ads: this side holds calls back, or the platform, or the platform while this side
                          counts along (default: device)
  --production            use a production key; a typed conversation takes a staging key without it
  --fault NAME            every call for an ad meets this fault of the sandbox
  --list-faults           print the names of faults, one a line
  --summary text|json     how the last lines are printed (default: text)
  --screen DIR            draw each ad shown as PNG files into this folder, as displays of 320x240, 480x320 and 296x128 show it
  --voice[=en|de]         say each ad, and count it when it was heard; by espeak-ng where that is installed, else in print only
  --base-url URL          talk to a platform elsewhere, https or loopback; the key is read from THRADS_API_KEY
  -h, --help              print this

On a terminal you type and it answers: /why explains the last decision, /click shows where the ad leads, /noads asks for
none until /new, which starts a new chat, /quit ends, and a number picks one of the questions offered. With a pipe it plays
a conversation of ten turns.
Where standard output is a terminal, and NO_COLOR is not set, messages come with a code to scan; showing it is no click.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(words: &[&str]) -> String {
        match Args::parse(words.iter().map(|word| (*word).to_owned())) {
            Err(problem) => problem,
            Ok(_) => panic!("{words:?} was taken"),
        }
    }

    #[test]
    fn a_bad_option_is_one_clear_line() {
        assert_eq!(problem(&["--frobnicate"]), "unknown option --frobnicate");
        assert_eq!(problem(&["--api", "v2"]), "--api v2: choose one of v1, ssp");
        assert_eq!(problem(&["--fault"]), "--fault needs a value");
        assert!(problem(&["--base-url", "http://shop.example"]).contains("must be https"));
        assert!(problem(&["--fault", "flood"]).contains("--list-faults"));
    }

    #[test]
    fn every_listed_fault_is_taken() {
        for name in Fault::NAMES {
            let words = ["--fault".to_owned(), (*name).to_owned()];
            assert!(matches!(Args::parse(words.into_iter()), Ok(Action::Run(_))), "{name}");
        }
    }
}
