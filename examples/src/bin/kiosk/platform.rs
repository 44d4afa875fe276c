//! The platform that the kiosk talks to: a sandbox of its own, or one elsewhere.

use crate::args::Args;
use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Family, Publisher, Target};
use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, STAGING_KEY, Sandbox, Stats};
use thrads_std::{Options, Thrads};

pub(crate) struct Platform {
    thrads: Thrads,
    environment: Environment,
    sandbox: Option<Sandbox>,
}

impl Platform {
    /// A scripted conversation goes by the production key, as a live kiosk does; a typed one by the staging key, so that
    /// every ask brings an ad.
    pub(crate) fn start(args: &Args, is_typed: bool) -> Result<Self, String> {
        let sandbox = match &args.base_url {
            Some(_) => None,
            None => Some(start_sandbox()?),
        };
        if sandbox.is_none() && args.fault.is_some() {
            return Err("--fault needs the sandbox inside: leave out --base-url".to_owned());
        }
        let live = args.production || (sandbox.is_some() && !is_typed);
        let environment = if live { Environment::Production } else { Environment::Staging };
        let endpoints = match (&sandbox, &args.base_url) {
            (Some(sandbox), _) => {
                Endpoints::at(BaseUrl::new(&sandbox.base_url()).map_err(|error| error.to_string())?)
            }
            (None, Some(base)) => Endpoints::at(base.clone()),
            (None, None) => Endpoints::default(),
        };
        let key = key(endpoints.of(args.family), sandbox.is_some(), environment)?;
        let publisher = Publisher { key, environment, endpoints };
        let thrads =
            Thrads::new(publisher, Options::default()).map_err(|error| error.to_string())?;
        Ok(Self { thrads, environment, sandbox })
    }

    pub(crate) fn thrads(&self) -> &Thrads {
        &self.thrads
    }

    /// Only production pays.
    pub(crate) fn pays(&self) -> bool {
        self.environment == Environment::Production
    }

    /// What the platform itself counted; only the sandbox tells.
    pub(crate) fn stats(&self) -> Option<Stats> {
        self.sandbox.as_ref().map(Sandbox::stats)
    }

    /// Lets the next `times` calls meet `fault`, or all to come.
    pub(crate) fn inject(&self, fault: Fault, times: Option<u32>) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.inject(fault, times);
        }
    }

    pub(crate) fn describe(&self, family: Family) -> String {
        let api = match family {
            Family::V1 => "v1",
            Family::Ssp => "SSP",
        };
        match &self.sandbox {
            Some(sandbox) => format!("{api} API of the sandbox at {}", sandbox.base_url()),
            None => format!("{api} API of the platform you named"),
        }
    }
}

fn start_sandbox() -> Result<Sandbox, String> {
    let config = Config { direct: true, ..Config::default() };
    Sandbox::start(config)
        .map_err(|error| format!("the sandbox cannot listen on loopback: {error}"))
}

/// The sandbox's own keys open nothing else, so they serve any loopback address where no key is given.
fn key(base: &BaseUrl, is_inside: bool, environment: Environment) -> Result<ApiKey, String> {
    let given = if is_inside { None } else { std::env::var("THRADS_API_KEY").ok() };
    let is_loopback = Target::parse(base.as_str()).is_some_and(|target| !target.secure);
    let key = match (&given, environment) {
        (Some(key), _) => key,
        (None, Environment::Staging) if is_loopback => STAGING_KEY,
        (None, Environment::Production) if is_loopback => PRODUCTION_KEY,
        (None, _) => return Err("a platform elsewhere needs a key: set THRADS_API_KEY".to_owned()),
    };
    ApiKey::new(key).map_err(|error| format!("THRADS_API_KEY: {error}"))
}
