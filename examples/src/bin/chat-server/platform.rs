//! The platform that the page talks to: a sandbox of its own, or one elsewhere.

use crate::args::Args;
use crate::card::Links;
use crate::transcript::{Ballot, Results, Row};
use thrads_core::{
    ApiKey, BaseUrl, Client, EndUser, Endpoints, Environment, PollAnswer, Polled, PromptClick,
    Publisher, Target,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, STAGING_KEY, Sandbox};
use thrads_std::{Options, ReqwestTransport, Thrads, TokioClock};

pub(crate) struct Platform {
    thrads: Thrads,
    /// For taps and votes.
    client: Client<ReqwestTransport, TokioClock>,
    links: Links,
    sandbox: Option<Sandbox>,
}

impl Platform {
    /// Without a key or an address the sandbox, inside. Its staging key brings an ad on every turn, as the platform's
    /// own does.
    pub(crate) fn start(args: &Args) -> Result<Self, String> {
        let given = std::env::var("THRADS_API_KEY").ok().filter(|key| !key.is_empty());
        let sandbox = match (&args.base_url, &given) {
            (None, None) => Some(start_sandbox()?),
            _ => None,
        };
        let endpoints = match (&sandbox, &args.base_url) {
            (Some(sandbox), _) => Endpoints::at(base(&sandbox.base_url())?),
            (None, Some(base)) => Endpoints::at(base.clone()),
            (None, None) => Endpoints::default(),
        };
        let is_loopback = Target::parse(endpoints.ssp.as_str()).is_some_and(|base| !base.secure);
        let environment =
            if args.production { Environment::Production } else { Environment::Staging };
        let publisher =
            Publisher { key: key(given, is_loopback, environment)?, environment, endpoints };
        Ok(Self {
            thrads: Thrads::new(publisher, Options::default())
                .map_err(|error| error.to_string())?,
            client: Client::new(
                ReqwestTransport::new().map_err(|error| error.to_string())?,
                TokioClock::new(),
            ),
            links: if is_loopback { Links::Loopback } else { Links::Secure },
            sandbox,
        })
    }

    pub(crate) fn thrads(&self) -> &Thrads {
        &self.thrads
    }

    pub(crate) fn links(&self) -> Links {
        self.links
    }

    /// Tells of a tap on a sponsored question.
    pub(crate) async fn tapped(&self, click: PromptClick<String>, person: EndUser<'_>) {
        let _nothing_to_do = self.client.clone().prompt_click(click, person, &mut Vec::new()).await;
    }

    /// Casts a vote. `None` if it could not be counted; `Results` without rows if it was, and nobody says how it stands.
    pub(crate) async fn vote(
        &self,
        ballot: Ballot,
        choice: &str,
        person: EndUser<'_>,
    ) -> Option<Results> {
        let Ballot { poll, vote } = ballot;
        let option = poll.options.get(choice)?;
        let mut buffer = Vec::new();
        match self.client.clone().vote(vote, option, person, &mut buffer).await {
            Polled::Answer(PollAnswer::Results(results)) => {
                Some(Results { total: results.total_votes, rows: results.rows.map(row).collect() })
            }
            Polled::Answer(PollAnswer::AlreadyVoted) => {
                Some(Results { total: None, rows: Vec::new() })
            }
            _ => None,
        }
    }

    pub(crate) fn describe(&self) -> String {
        match &self.sandbox {
            Some(sandbox) => format!("the sandbox at {}", sandbox.base_url()),
            None => "the one you named".to_owned(),
        }
    }
}

fn row(row: thrads_core::PollRow<'_>) -> Row {
    let share = row.percentage_milli.map_or(0, |milli| (milli + 500) / 1000);
    Row { id: row.id.to_owned(), votes: row.votes, share: share.min(100) }
}

fn start_sandbox() -> Result<Sandbox, String> {
    Sandbox::start(Config::default())
        .map_err(|error| format!("the sandbox cannot listen on loopback: {error}"))
}

fn base(url: &str) -> Result<BaseUrl, String> {
    BaseUrl::new(url).map_err(|error| error.to_string())
}

/// The sandbox's own keys open nothing else, so they serve any loopback address where no key is given.
fn key(
    given: Option<String>,
    is_loopback: bool,
    environment: Environment,
) -> Result<ApiKey, String> {
    let key = match (&given, environment) {
        (Some(key), _) => key,
        (None, _) if !is_loopback => {
            return Err("a platform elsewhere needs a key: set THRADS_API_KEY".to_owned());
        }
        (None, Environment::Production) => PRODUCTION_KEY,
        (None, _) => STAGING_KEY,
    };
    ApiKey::new(key).map_err(|error| format!("THRADS_API_KEY: {error}"))
}
