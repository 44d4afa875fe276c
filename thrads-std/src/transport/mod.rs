//! `Transport` over a pooled reqwest client.
//!
//! The seam between thrads-core and the network, on a server. Sections 1.4 and 3.15 of the wire contract: no redirects,
//! no headers of its own, nothing in plain text but to loopback.

mod classify;
mod proxies;
pub(crate) mod tls;
mod wire;

pub use proxies::Proxies;
pub(crate) use wire::{Prepared, Urls};

use classify::classify;
use reqwest::redirect;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use thrads_core::{BaseUrl, Head, Millis, Request, Transport, TransportError, TransportErrorKind};
use tokio::time::{Instant, timeout_at};

/// Bytes that the body of an answer may have; a longer one is `TooLarge` (wire contract T62).
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Moves bytes through a pool of connections. Clones share the pool.
///
/// reqwest takes URLs apart and puts them together again as browsers do: `.` and `..` in a path are resolved, and `'` in a
/// query and what RFC 3986 does not allow are percent-encoded. A tracker with one of these is not asked for byte by
/// byte; the platform's have none. It adds `Accept: */*` and `Host`.
///
/// ```
/// use thrads_std::{Proxies, ReqwestTransport, TokioClock, core::Client};
///
/// let transport = ReqwestTransport::with_proxies(Proxies::Environment)?;
/// let client = Client::new(transport, TokioClock::new());
/// # drop(client);
/// # Ok::<(), thrads_std::StartError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// When an exchange of any clone ended last, in milliseconds since `made`.
    used: Arc<AtomicU64>,
    made: Instant,
}

/// Why nothing can be sent from this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// TLS cannot be set up on this machine.
    Tls,
    /// The environment names a proxy that is no `http` or `https` URL.
    Proxy,
    /// The fleet's URL is not one of a Redis.
    Redis,
    /// What a fleet is to trust is no certificate in PEM, or its URL is not one of TLS.
    Authority,
    /// No thread could be made for the blocking client.
    Thread,
    /// The secret of a relay is shorter than 32 bytes.
    Secret,
}

impl ReqwestTransport {
    /// A transport with a pool of its own and without proxies. Certificates are judged by the system's verifier; on a
    /// machine without certificates every https target ends as [`TransportErrorKind::Tls`].
    ///
    /// # Errors
    ///
    /// [`StartError::Tls`] if TLS cannot be set up.
    pub fn new() -> Result<Self, StartError> {
        Self::with_proxies(Proxies::None)
    }

    /// The same, by way of `proxies`.
    ///
    /// # Errors
    ///
    /// [`StartError::Proxy`] if the environment names a proxy that cannot be used, otherwise as [`new`](Self::new).
    pub fn with_proxies(proxies: Proxies) -> Result<Self, StartError> {
        Self::build(Self::builder(proxies)?)
    }

    /// The same, which gives up a connection that is not there, TLS and all, after `limit`.
    pub(crate) fn connecting_within(limit: Duration, proxies: Proxies) -> Result<Self, StartError> {
        Self::build(Self::builder(proxies)?.connect_timeout(limit))
    }

    /// A client that goes straight to where it is sent; what certificates it takes, see [`tls::config`].
    pub(crate) fn direct(authority: Option<Vec<u8>>) -> Result<reqwest::ClientBuilder, StartError> {
        let authorities = authority.map(|authority| vec![authority.into()]);
        Ok(reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(authorities).map_err(|_| StartError::Tls)?)
            .redirect(redirect::Policy::none())
            // Without a number it keeps a copy of each request all the same.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            .no_proxy())
    }

    fn builder(proxies: Proxies) -> Result<reqwest::ClientBuilder, StartError> {
        let builder = Self::direct(None)?;
        Ok(match proxies.proxy()? {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        })
    }

    fn build(builder: reqwest::ClientBuilder) -> Result<Self, StartError> {
        let client = builder.build().map_err(|_| StartError::Tls)?;
        Ok(Self { client, used: Arc::default(), made: Instant::now() })
    }

    /// Where the runtime stood still since the last exchange, it has yet to hear which connections were closed meanwhile.
    async fn hear(&self, now: Instant) {
        if self.age(now) > self.used.load(Ordering::Relaxed) + BUSY_MILLIS {
            tokio::task::yield_now().await;
        }
    }

    fn age(&self, now: Instant) -> u64 {
        u64::try_from((now - self.made).as_millis()).unwrap_or(u64::MAX)
    }

    /// Makes a connection to `base` and leaves it in the pool, by asking for its health without a key (wire contract 2.8).
    pub(crate) async fn touch(&self, base: &BaseUrl, within: Millis) -> Result<(), TransportError> {
        let request = Prepared::health(base)?;
        self.send(request, after(within), &mut Vec::new()).await.map(|_| ())
    }

    /// Sends what was made ready and reads the answer's body into `buffer`, all before `deadline`.
    // No async function: the request would be kept in its future twice.
    pub(crate) fn send<'s>(
        &'s self,
        prepared: Prepared,
        deadline: Instant,
        buffer: &'s mut Vec<u8>,
    ) -> impl Future<Output = Result<Head, TransportError>> + Send + 's {
        buffer.clear();
        let Prepared { request, wants_body } = prepared;
        let answer = self.client.execute(request);
        async move {
            let exchange = pin!(async {
                self.hear(Instant::now()).await;
                let mut response = answer.await.map_err(|error| classify(&error))?;
                let head = wire::head(&response);
                if wants_body {
                    read_body(&mut response, buffer).await?;
                }
                self.used.store(self.age(Instant::now()), Ordering::Relaxed);
                Ok(head)
            });
            let late = TransportError::maybe_sent(TransportErrorKind::Timeout);
            timeout_at(deadline, exchange).await.unwrap_or(Err(late))
        }
    }
}

impl Transport for ReqwestTransport {
    type Buffer = Vec<u8>;

    /// The future is cancel-safe: dropped, it closes the connection it used, and `buffer` holds what came so far.
    async fn exchange(
        &mut self,
        request: &Request<'_>,
        within: Millis,
        buffer: &mut Vec<u8>,
    ) -> Result<(Head, Range<usize>), TransportError> {
        let prepared = Prepared::of(request, wire::url(request))?;
        let head = self.send(prepared, after(within), buffer).await?;
        Ok((head, 0..buffer.len()))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS cannot be set up on this machine",
            Self::Redis => {
                "the fleet's URL is not of the form redis://host:port or rediss://host:port"
            }
            Self::Authority => {
                "the fleet's authority is no certificate in PEM, or its URL is not rediss://"
            }
            Self::Thread => "no thread could be made",
            Self::Secret => "the relay's secret is shorter than 32 bytes",
            Self::Proxy => "HTTPS_PROXY or ALL_PROXY is not the URL of an http or https proxy",
        })
    }
}

impl Error for StartError {}

/// An exchange so soon after another finds the pool as that one left it.
const BUSY_MILLIS: u64 = 1;

fn after(within: Millis) -> Instant {
    Instant::now() + Duration::from_millis(within.0)
}

async fn read_body(
    response: &mut reqwest::Response,
    buffer: &mut Vec<u8>,
) -> Result<(), TransportError> {
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if chunk.len() > MAX_BODY_BYTES - buffer.len() {
            return Err(TransportError::maybe_sent(TransportErrorKind::TooLarge));
        }
        buffer.extend_from_slice(&chunk);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::dns::{Name, Resolve, Resolving};
    use std::future;
    use std::net::TcpListener;
    use thrads_core::{ApiKey, BidRequest, Call, EndUser, Endpoints, Environment, Publisher, Sent};

    struct Silent;

    impl Resolve for Silent {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(future::pending())
        }
    }

    fn builder() -> reqwest::ClientBuilder {
        ReqwestTransport::builder(Proxies::None).unwrap()
    }

    /// Asks at `base` with a quarter of a second; what came of it, and when.
    async fn ask(builder: reqwest::ClientBuilder, base: &str) -> (TransportError, Duration) {
        let endpoints = Endpoints::at(BaseUrl::new(base).unwrap());
        let publisher = Publisher {
            endpoints,
            ..Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging)
        };
        let user = EndUser::this_device("test/1").unwrap();
        let call = Call::Bid(BidRequest::opener("u", user).unwrap());
        let mut transport = ReqwestTransport::build(builder).unwrap();
        let start = Instant::now();
        let request = Request::new(&publisher, call);
        let answer = transport.exchange(&request, Millis(250), &mut Vec::new()).await;
        (answer.unwrap_err(), start.elapsed())
    }

    // The other faults of the deadline are in tests/adapters, against sockets.
    #[tokio::test]
    async fn a_name_that_is_never_resolved_costs_the_deadline() {
        let silent = || builder().dns_resolver(Arc::new(Silent));
        let (error, took) = ask(silent(), "https://ssp.thrads.invalid").await;
        assert_eq!(error.kind, TransportErrorKind::Timeout);
        assert!(took < Duration::from_millis(600), "{took:?}");
        let limited = silent().connect_timeout(Duration::from_millis(100));
        let (error, took) = ask(limited, "https://ssp.thrads.invalid").await;
        assert_eq!((error.kind, error.sent), (TransportErrorKind::Timeout, Sent::No));
        assert!(took < Duration::from_millis(450), "{took:?}");
    }

    #[tokio::test]
    async fn a_handshake_that_never_ends_costs_the_deadline_and_has_sent_nothing() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("https://{}", silent.local_addr().unwrap());
        let limited = builder().connect_timeout(Duration::from_millis(100));
        let (error, took) = ask(limited, &base).await;
        assert_eq!((error.kind, error.sent), (TransportErrorKind::Timeout, Sent::No));
        assert!(took < Duration::from_millis(450), "{took:?}");
        let (error, took) = ask(builder(), &base).await;
        assert_eq!(error.kind, TransportErrorKind::Timeout);
        assert!(took < Duration::from_millis(600), "{took:?}");
    }
}
