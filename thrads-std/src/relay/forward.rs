//! Sends what was admitted, to where it may go.

use super::RelayReach;
use super::public::{NotPublic, PublicOnly, is_public};
use super::verdict::{RelayAnswer, RelayVerdict};
use crate::transport::{ReqwestTransport, StartError};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::{Client, Method, Request, Response, Url};
use std::error::Error;
use std::iter::successors;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// A request that may go out.
pub(super) struct Job {
    pub(super) is_post: bool,
    pub(super) wants_answer: bool,
    pub(super) url: Url,
    /// The device's address.
    pub(super) from: IpAddr,
    pub(super) user_agent: String,
    pub(super) body: Vec<u8>,
}

pub(super) struct Forward {
    client: Client,
    /// Only for tests: the ports of this machine that an emulated device sees under other addresses.
    loopback: Option<Vec<(IpAddr, u16)>>,
}

impl Forward {
    /// Without proxies: behind one, nobody here would see the address that is connected to.
    pub(super) fn new(timeout: Duration, reach: RelayReach) -> Result<Self, StartError> {
        let (authority, loopback) = match reach {
            RelayReach::Public => (None, None),
            RelayReach::LoopbackForTests { authority, seen_as } => (authority, Some(seen_as)),
        };
        let builder = ReqwestTransport::direct(authority)?.timeout(timeout);
        let builder = if loopback.is_some() {
            builder
        } else {
            builder.https_only(true).dns_resolver(Arc::new(PublicOnly))
        };
        let client = builder.build().map_err(|_| StartError::Tls)?;
        Ok(Self { client, loopback })
    }

    /// The target if it may be connected to, as far as its spelling tells; what a name stands for is seen when it is
    /// resolved. `url` keeps the rule for targets, and its host is spelled in the usual way by now.
    pub(super) fn admit(&self, url: Url) -> Option<Url> {
        let host = url.host_str()?;
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let Some(seen_as) = &self.loopback else {
            return (url.scheme() == "https" && address.is_none_or(is_public)).then_some(url);
        };
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return Some(url);
        }
        let (_, port) = seen_as.iter().find(|(seen, _)| Some(*seen) == address)?;
        at_localhost(url, *port)
    }

    pub(super) async fn send(&self, job: Job) -> RelayAnswer {
        let wants_answer = job.wants_answer;
        let Some(request) = request(job) else { return RelayVerdict::Refused.into() };
        match self.client.execute(request).await {
            Ok(response) if wants_answer => answered(response).await,
            Ok(response) => RelayAnswer::new(response.status().as_u16(), RelayVerdict::Forwarded),
            Err(error) if has_no_public_address(&error) => RelayVerdict::Refused.into(),
            Err(error) if error.is_connect() => RelayVerdict::Unreachable.into(),
            Err(_) => RelayVerdict::Unanswered.into(),
        }
    }
}

fn at_localhost(mut url: Url, port: u16) -> Option<Url> {
    url.set_host(Some("localhost")).ok()?;
    url.set_port(Some(port)).ok()?;
    Some(url)
}

fn request(job: Job) -> Option<Request> {
    let method = if job.is_post { Method::POST } else { Method::GET };
    let mut request = Request::new(method, job.url);
    let fields = request.headers_mut();
    fields.insert(USER_AGENT, HeaderValue::from_str(&job.user_agent).ok()?);
    let from = job.from.to_canonical().to_string();
    fields.insert("x-forwarded-for", HeaderValue::from_str(&from).ok()?);
    if !job.body.is_empty() {
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(job.body.into());
    } else if job.is_post {
        fields.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Some(request)
}

/// The target's answer, with its body if that is JSON of a size that a device can read.
async fn answered(mut response: Response) -> RelayAnswer {
    let status = response.status().as_u16();
    let mut answer = RelayAnswer::new(status, RelayVerdict::Forwarded);
    let kind = response.headers().get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    if !kind.to_ascii_lowercase().starts_with(b"application/json") {
        return answer;
    }
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answer.body.len() + chunk.len() <= MAX_ANSWER_BYTES => {
                answer.body.extend_from_slice(&chunk);
            }
            Ok(None) => return answer,
            _ => return RelayVerdict::Unanswered.into(),
        }
    }
}

fn has_no_public_address(error: &reqwest::Error) -> bool {
    successors(error.source(), |cause| (*cause).source()).any(|cause| cause.is::<NotPublic>())
}

/// Results of a poll have 300 bytes.
const MAX_ANSWER_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(reach: RelayReach, url: &str) -> bool {
        let forward = Forward::new(Duration::from_secs(1), reach).unwrap();
        Url::parse(url).is_ok_and(|url| forward.admit(url).is_some())
    }

    #[test]
    fn only_public_addresses_over_https_however_they_are_spelled() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.0.0.1:8443/",
            "https://169.254.169.254/latest",
            "https://0/",
            "http://d.example/",
            "http://127.0.0.1/",
            "ftp://d.example/",
        ] {
            assert!(!admits(RelayReach::Public, url), "{url}");
        }
        for url in ["https://d.example/v?token=t", "https://9.9.9.9/", "https://d.example:8443/"] {
            assert!(admits(RelayReach::Public, url), "{url}");
        }
    }

    #[test]
    fn for_tests_only_loopback_is_reached() {
        let loopback = || RelayReach::LoopbackForTests { authority: None, seen_as: vec![] };
        let admits = |url| admits(loopback(), url);
        assert!(admits("http://127.0.0.1:8080/") && admits("https://localhost:8080/"));
        assert!(!admits("https://d.example/") && !admits("https://10.0.0.1/"));
    }

    #[test]
    fn an_address_of_an_emulators_network_is_a_port_of_this_machine() {
        let seen_as = vec![("10.0.2.102".parse().unwrap(), 8443)];
        let reach = RelayReach::LoopbackForTests { authority: None, seen_as };
        let forward = Forward::new(Duration::from_secs(1), reach).unwrap();
        let admitted = |url| forward.admit(Url::parse(url).unwrap()).map(String::from);
        let taken = admitted("https://10.0.2.102/v?token=t");
        assert_eq!(taken.as_deref(), Some("https://localhost:8443/v?token=t"));
        assert_eq!(admitted("https://10.0.2.103/v"), None);
    }
}
