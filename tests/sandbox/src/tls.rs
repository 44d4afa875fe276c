//! TLS in front of the sandbox: TLS 1.3 and 1.2 by rustls, on a port of its own, bytes handed on to the plain one.
//!
//! A connection that the sandbox cuts ends here without a goodbye; one that it refuses is closed before the handshake.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// A certificate to show and its key.
#[derive(Clone)]
pub struct Identity(Arc<ServerConfig>);

impl Identity {
    /// Reads a chain, the server's own certificate first, and its key from PEM files.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or holds no certificate, or no key that belongs to it.
    pub fn read(chain: impl AsRef<Path>, key: impl AsRef<Path>) -> io::Result<Self> {
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(chain).map_err(io::Error::other)?.collect();
        let key = PrivateKeyDer::from_pem_file(key).map_err(io::Error::other)?;
        Self::new(chain.map_err(io::Error::other)?, key)
    }

    /// A P-256 certificate for `names` (host names or addresses), by an authority that nobody else knows and that is named
    /// after the first of them; and the certificate of that authority, in DER.
    ///
    /// # Errors
    ///
    /// A name that is none.
    pub fn throw_away(names: &[&str]) -> io::Result<(Self, Vec<u8>)> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        issue(names).map_err(io::Error::other).and_then(|(chain, key, authority)| {
            let key = PrivateKeyDer::try_from(key).map_err(io::Error::other)?;
            Ok((Self::new(vec![chain], key)?, authority))
        })
    }

    /// Speaks TLS for the plain server at `inside`, on a free port of 127.0.0.1, until the process ends.
    ///
    /// # Errors
    ///
    /// No port, thread or runtime could be made.
    pub fn front(self, inside: SocketAddr) -> io::Result<SocketAddr> {
        let listener = bind(0)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let serving = move || {
            runtime.block_on(async {
                serve(TcpListener::from_std(listener)?, self, inside).await;
                Ok::<_, io::Error>(())
            })
        };
        thread::Builder::new().name("thrads-sandbox-tls".to_owned()).spawn(serving)?;
        Ok(address)
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        Ok(Self(Arc::new(config.map_err(io::Error::other)?)))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// Binds the port that TLS is spoken on.
pub(crate) fn bind(port: u16) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves `listener` for good, on behalf of the sandbox at `inside`.
pub(crate) async fn serve(listener: TcpListener, identity: Identity, inside: SocketAddr) {
    let acceptor = TlsAcceptor::from(identity.0);
    loop {
        match listener.accept().await {
            Ok((outer, _)) => drop(tokio::spawn(carry(outer, acceptor.clone(), inside))),
            // Out of file descriptors, most likely: some come back as connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// What goes wrong ends the connection, which is all that can be said to the other side.
async fn carry(outer: TcpStream, acceptor: TlsAcceptor, inside: SocketAddr) -> io::Result<()> {
    let mut inner = TcpStream::connect(inside).await?;
    outer.set_nodelay(true)?;
    inner.set_nodelay(true)?;
    let mut outer = timeout(HANDSHAKE, acceptor.accept(outer)).await??;
    copy_bidirectional(&mut outer, &mut inner).await?;
    Ok(())
}

type Issued = (CertificateDer<'static>, Vec<u8>, Vec<u8>);

fn issue(names: Vec<String>) -> Result<Issued, rcgen::Error> {
    let mut authority = CertificateParams::default();
    // Two authorities of one name would be taken for one with two keys.
    let name = format!("thrads sandbox {}", names.first().map_or("", String::as_str));
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let certificate = authority.self_signed(&key)?.der().to_vec();
    let issuer = Issuer::new(authority, key);
    let mut server = CertificateParams::new(names)?;
    server.is_ca = IsCa::ExplicitNoCa;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    let chain = server.signed_by(&key, &issuer)?.der().clone();
    Ok((chain, key.serialize_der(), certificate))
}

const HANDSHAKE: Duration = Duration::from_secs(20);
