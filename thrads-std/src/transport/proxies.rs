//! Whether requests go through a proxy of the network they start in.
//!
//! Part of `transport`.

use super::StartError;
use reqwest::{NoProxy, Proxy};
use std::env;

/// Which proxies are used.
///
/// Loopback addresses are never asked through a proxy, whatever the environment says, so that a sandbox on this machine
/// stays on it; and since nothing else goes out in plain text, only https targets are ever proxied, through a `CONNECT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proxies {
    /// `https_proxy`, `HTTPS_PROXY`, `all_proxy` or `ALL_PROXY`, the first that is there and not empty, but for the
    /// hosts in `no_proxy` or `NO_PROXY`. Read once, at the start.
    #[default]
    Environment,
    /// None, whatever the environment says.
    None,
}

impl Proxies {
    pub(super) fn proxy(self) -> Result<Option<Proxy>, StartError> {
        match self {
            Self::None => Ok(None),
            Self::Environment => from(|name| env::var(name).ok()),
        }
    }
}

fn from(read: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, StartError> {
    let first = |names: &[&str]| {
        names.iter().find_map(|name| read(name).filter(|value| !value.trim().is_empty()))
    };
    let Some(url) = first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) else {
        return Ok(None);
    };
    let mut spared = first(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    spared.push_str(LOOPBACK);
    let proxy = Proxy::https(url.trim()).map_err(|_| StartError::Proxy)?;
    Ok(Some(proxy.no_proxy(NoProxy::from_string(&spared))))
}

const LOOPBACK: &str = ",localhost,127.0.0.0/8,::1";

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)]) -> Result<Option<Proxy>, StartError> {
        from(|name| {
            let mut found = variables.iter().filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_in_the_environment_is_no_proxy() {
        for variables in [&[][..], &[("HTTPS_PROXY", " ")], &[("HTTP_PROXY", "http://p.example")]] {
            assert!(proxy(variables).unwrap().is_none());
        }
    }

    #[test]
    fn a_proxy_is_found_and_a_bad_one_is_an_error() {
        assert!(proxy(&[("ALL_PROXY", "http://p.example:3128")]).unwrap().is_some());
        assert!(proxy(&[("https_proxy", "p.example:3128\n")]).unwrap().is_some());
        let bad = proxy(&[("HTTPS_PROXY", "http://[broken")]);
        assert_eq!(bad.err(), Some(StartError::Proxy));
    }
}
