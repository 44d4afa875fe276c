//! A connection to Redis, in plain text or by TLS: made when it is needed, and again when it is lost.
//!
//! Part of `fleet`, under `link`. The connection manager of the crate `redis` is not used: it keeps a connection whose other
//! end has gone without a word or has become a replica, and its TLS takes whatever provider the process has, or panics.

use super::store_error::StoreError;
use crate::transport::{StartError, tls};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

/// Where Redis is, and who asks. It holds a password, so it has no `Debug`.
#[derive(Clone)]
pub(super) struct Server {
    host: String,
    port: u16,
    login: RedisConnectionInfo,
    tls: Option<Arc<ClientConfig>>,
}

/// A connection that all trips share.
pub(super) struct Connection {
    server: Server,
    open: Mutex<Option<Arc<Open>>>,
}

/// One that is there, until whoever holds it last lets go.
pub(super) struct Open {
    pub(super) wire: MultiplexedConnection,
    driver: JoinHandle<()>,
}

impl Server {
    /// What a URL says: `redis` or `rediss`, which is TLS with the system's verifier.
    pub(super) fn of(url: &str) -> Result<Self, StartError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(StartError::Redis)?;
        let is_tls = match scheme {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(StartError::Redis),
        };
        let plain = Zeroizing::new(format!("redis://{rest}"));
        let info = plain.as_str().into_connection_info().map_err(|_| StartError::Redis)?;
        let ConnectionAddr::Tcp(host, port) = info.addr() else { return Err(StartError::Redis) };
        let (host, port, login) = (host.clone(), *port, info.redis_settings().clone());
        let tls = is_tls.then(|| tls::config(None)).transpose().map_err(|_| StartError::Tls)?;
        Ok(Self { host, port, login, tls: tls.map(Arc::new) })
    }

    /// Trusts the certificates of these authorities and no other.
    pub(super) fn trusting(self, pem: &[u8]) -> Result<Self, StartError> {
        let authorities: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let authorities = authorities.ok().filter(|found| !found.is_empty() && self.tls.is_some());
        let authorities = authorities.ok_or(StartError::Authority)?;
        let config = tls::config(Some(authorities)).map_err(|_| StartError::Authority)?;
        Ok(Self { tls: Some(Arc::new(config)), ..self })
    }

    async fn connect(&self) -> Result<Open, StoreError> {
        let lost = |_: io::Error| StoreError::Connection;
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(lost)?;
        stream.set_nodelay(true).map_err(lost)?;
        let Some(config) = &self.tls else { return self.log_in(stream).await };
        let name = ServerName::try_from(self.host.clone()).map_err(|_| StoreError::Certificate)?;
        let secured = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
        self.log_in(secured.map_err(|error| refused(&error))?).await
    }

    async fn log_in<S>(&self, stream: S) -> Result<Open, StoreError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        // Trips have deadlines of their own.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(&self.login, stream, config).await;
        let (wire, driver) = made.map_err(|error| StoreError::of(&error))?;
        Ok(Open { wire, driver: tokio::spawn(driver) })
    }
}

impl Connection {
    pub(super) fn new(server: Server) -> Self {
        Self { server, open: Mutex::default() }
    }

    /// The connection, made if there is none. Dropped half-way, the next begins anew.
    pub(super) async fn get(&self) -> Result<Arc<Open>, StoreError> {
        let mut open = self.open.lock().await;
        // One that was closed while nobody spoke has no driver any more.
        if let Some(open) = open.as_ref().filter(|open| !open.driver.is_finished()) {
            return Ok(Arc::clone(open));
        }
        let made = Arc::new(self.server.connect().await?);
        *open = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Uses `lost` no more.
    pub(super) async fn leave(&self, lost: &Arc<Open>) {
        let mut open = self.open.lock().await;
        if open.as_ref().is_some_and(|open| Arc::ptr_eq(open, lost)) {
            *open = None;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // It would wait for answers that never come.
        self.driver.abort();
    }
}

/// What rustls finds is about TLS, everything else about the way.
fn refused(error: &io::Error) -> StoreError {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(_)) => StoreError::Certificate,
        Some(_) => StoreError::Tls,
        None => StoreError::Connection,
    }
}
