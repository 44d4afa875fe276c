//! The platform that the page talks to: a sandbox of its own, or the one that the environment names.

use crate::card::Links;
use crate::transcript::{Ballot, Results, Row};
use std::time::Duration;
use std::{env, fs};
use thrads_core::{
    ApiKey, BaseUrl, EndUser, Endpoints, Environment, Family, Policy, PromptClick, Publisher,
    Target,
};
use thrads_sandbox::{Config, STAGING_KEY, Sandbox};
use thrads_std::{Chat, Options, PollRow, Polled, StoreError, Thrads};

pub(crate) struct Platform {
    thrads: Thrads,
    /// For taps and votes, which belong to no chat's pacing.
    reports: Chat,
    links: Links,
    sandbox: Option<Sandbox>,
}

impl Platform {
    /// With a key in the environment as [`Thrads::from_env`] reads it, else the sandbox, inside. Its staging key brings an
    /// ad on every turn, as the platform's own does.
    pub(crate) fn start() -> Result<Self, String> {
        let has_key = ["THRADS_API_KEY", "THRADS_API_KEY_FILE"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
        let (thrads, links, sandbox) = if has_key {
            (Thrads::from_env().map_err(|error| error.to_string())?, links(), None)
        } else {
            let sandbox = Sandbox::start(Config::default())
                .map_err(|error| format!("the sandbox cannot listen on loopback: {error}"))?;
            (inside(&sandbox)?, Links::Loopback, Some(sandbox))
        };
        let reports = thrads.chat(Family::Ssp, Policy::SERVER);
        Ok(Self { thrads, reports, links, sandbox })
    }

    pub(crate) fn thrads(&self) -> &Thrads {
        &self.thrads
    }

    pub(crate) fn links(&self) -> Links {
        self.links
    }

    /// Tells of a tap on a sponsored question.
    pub(crate) async fn tapped(&self, click: PromptClick<String>, person: EndUser<'_>) {
        let _nothing_to_do = self.reports.prompt_click(click, person).await;
    }

    /// Casts a vote. `None` if it could not be counted; no rows if it was, and nobody says how it stands.
    pub(crate) async fn vote(
        &self,
        ballot: Ballot,
        choice: &str,
        person: EndUser<'_>,
    ) -> Option<Results> {
        let Ballot { poll, vote } = ballot;
        let option = poll.options.get(choice)?;
        match self.reports.vote(vote, option, person).await {
            Polled::Results(results) => Some(Results {
                total: results.total_votes,
                rows: results.rows.into_iter().map(row).collect(),
            }),
            Polled::AlreadyVoted => Some(Results { total: None, rows: Vec::new() }),
            _ => None,
        }
    }

    /// The key that all processes of a fleet have, where this is one: they share a Redis.
    pub(crate) fn fleet(&self) -> Option<ApiKey> {
        given(REDIS_URL)?;
        let key = given("THRADS_API_KEY")
            .or_else(|| fs::read_to_string(given("THRADS_API_KEY_FILE")?.trim()).ok());
        ApiKey::new(&key?).ok()
    }

    /// Whether the Redis of the fleet can be worked with, where this is one.
    pub(crate) async fn check_fleet(&self) -> Result<(), StoreError> {
        self.thrads.check_fleet(FIRST_LOOK).await
    }

    pub(crate) fn describe(&self) -> String {
        match &self.sandbox {
            Some(sandbox) if given(REDIS_URL).is_some() => {
                format!(
                    "the sandbox at {}; {REDIS_URL} is not used without a key",
                    sandbox.base_url()
                )
            }
            Some(sandbox) => format!("the sandbox at {}", sandbox.base_url()),
            None => "the one that the environment names".to_owned(),
        }
    }
}

/// A variable of the environment, if there is more in it than white space.
fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn inside(sandbox: &Sandbox) -> Result<Thrads, String> {
    let base = BaseUrl::new(&sandbox.base_url()).map_err(|error| error.to_string())?;
    let key = ApiKey::new(STAGING_KEY).map_err(|error| error.to_string())?;
    let publisher =
        Publisher { endpoints: Endpoints::at(base), ..Publisher::new(key, Environment::Staging) };
    Thrads::new(publisher, Options::default()).map_err(|error| error.to_string())
}

/// Only a platform on loopback may send people to loopback.
fn links() -> Links {
    let ssp = env::var("THRADS_SSP_URL").unwrap_or_default();
    match Target::parse(ssp.trim()) {
        Some(target) if !target.secure => Links::Loopback,
        _ => Links::Secure,
    }
}

fn row(row: PollRow) -> Row {
    let share = row.percentage_milli.map_or(0, |milli| milli.saturating_add(500) / 1000);
    Row { id: row.id, votes: row.votes, share: share.min(100) }
}

/// A Redis that needs longer for a sign of life leases nothing in time either.
const FIRST_LOOK: Duration = Duration::from_secs(2);
const REDIS_URL: &str = "THRADS_REDIS_URL";
