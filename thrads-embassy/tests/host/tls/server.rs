//! A TLS server by rustls on a thread.

use super::authority::Identity;
use crate::server::is_whole;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Answers the requests of each connection, a number of them or all that come.
pub(crate) struct TlsServer {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl TlsServer {
    /// Answers everything with `answer`.
    pub(crate) fn start(identity: Identity, answer: &[u8]) -> Self {
        Self::closing_after(usize::MAX, identity, answer)
    }

    /// Answers so many requests of a connection with `answer`, and then closes it.
    pub(crate) fn closing_after(most: usize, identity: Identity, answer: &[u8]) -> Self {
        Self::with(config(identity), most, answer)
    }

    /// The same in a configuration of one's own.
    pub(crate) fn with(config: ServerConfig, most: usize, answer: &[u8]) -> Self {
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        let answer = answer.to_vec();
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (config, requests) = (config.clone(), requests.clone());
                let answer = answer.clone();
                thread::spawn(move || serve(stream.unwrap(), config, &requests, most, &answer));
            }
        });
        server
    }

    pub(crate) fn base(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Requests that came whole.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

pub(crate) fn config(identity: Identity) -> ServerConfig {
    config_of(identity, &rustls::version::TLS13)
}

pub(crate) fn config_of(
    identity: Identity,
    version: &'static SupportedProtocolVersion,
) -> ServerConfig {
    let chain = identity.chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::try_from(identity.key).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}

// What goes wrong here is the client's doing, which is what is looked at.
fn serve(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
    requests: &AtomicUsize,
    most: usize,
    answer: &[u8],
) -> Option<()> {
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.set_nodelay(true).unwrap();
    let mut connection = ServerConnection::new(config).unwrap();
    let mut stream = Stream::new(&mut connection, &mut socket);
    for _ in 0..most {
        let mut request = Vec::new();
        while !is_whole(&request) {
            let mut piece = [0; 1024];
            let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
            request.extend_from_slice(&piece[..read]);
        }
        requests.fetch_add(1, Ordering::SeqCst);
        stream.write_all(answer).ok()?;
        stream.flush().ok()?;
    }
    connection.send_close_notify();
    Stream::new(&mut connection, &mut socket).flush().ok()
}
