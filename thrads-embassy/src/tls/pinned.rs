//! `Pinned`: TLS 1.3 to servers that pinned anchors vouch for.
//!
//! Below `runner`. embedded-tls 0.19 does the protocol; who is trusted, what comes in and where randomness comes from is
//! this crate's.

use super::anchor::Anchor;
use super::guard::Guard;
use super::name::address;
use super::records::Records;
use super::seed::generator;
use super::suite::Suite;
use super::verifier::Verifier;
use super::{Room, Tls};
use crate::refusal::Refusal;
use core::fmt;
use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use embedded_tls::alert::AlertDescription;
use embedded_tls::{
    CryptoProvider, CryptoRngCore, MaxFragmentLength, TlsConfig, TlsConnection, TlsContext,
    TlsError, TlsVerifier,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore};
use thrads_core::Clock;

/// TLS 1.3 by embedded-tls, without a heap, with certificates verified by this crate.
///
/// A server is trusted if its certificate names the host (alternative names only), is valid now, is for servers, and
/// stands at the end of a path of authorities to one of the anchors: by issuer, signature, `basicConstraints`, path length
/// and key usage. ECDSA with P-256 and P-384; no RSA. There is no way to switch any of it off.
///
/// `R` is the device's true random source; each connection has a generator of its own, seeded with 256 bits of it. `C` knows
/// the time of day. Without the time, without anchors or without randomness there is no connection, with that reason.
pub struct Pinned<'a, R, C> {
    anchors: &'a [Anchor<'a>],
    random: R,
    clock: C,
    fragments: Option<Fragments>,
}

/// How large the records are that a server is asked to send (RFC 6066 section 4). Many do not listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fragments {
    /// 512 bytes.
    Bytes512,
    /// 1,024 bytes.
    Bytes1024,
    /// 2,048 bytes.
    Bytes2048,
    /// 4,096 bytes.
    Bytes4096,
}

impl<'a, R, C> Pinned<'a, R, C> {
    /// TLS to servers of these anchors.
    pub const fn new(anchors: &'a [Anchor<'a>], random: R, clock: C) -> Self {
        Self { anchors, random, clock, fragments: None }
    }

    /// Asks servers to send records of this size, for a small [`Buffers::read`](crate::Buffers::read).
    #[must_use]
    pub fn fragments(self, fragments: Fragments) -> Self {
        Self { fragments: Some(fragments), ..self }
    }
}

impl<R: CryptoRng + RngCore, C: Clock> Tls for Pinned<'_, R, C> {
    const SECURE: bool = true;
    type Connection<'c, T: Read + Write + 'c> = Secured<'c, T>;

    async fn open<'c, T: Read + Write + 'c>(
        &mut self,
        host: &str,
        tcp: T,
        room: Room<'c>,
    ) -> Result<Secured<'c, T>, Refusal> {
        let now = self.clock.wall().ok_or(Refusal::NoClock)?.0.checked_div(1000).unwrap_or(0);
        if self.anchors.is_empty() {
            return Err(Refusal::NoAnchor);
        }
        if room.read.len() < MIN_READ || room.write.len() < MIN_WRITE {
            return Err(Refusal::Buffers);
        }
        let mut config = TlsConfig::new();
        // A name only: an address is no server name (RFC 6066 section 3).
        if address(host).is_none() {
            config = config.with_server_name(host);
        }
        if let Some(fragments) = self.fragments {
            config = config.with_max_fragment_length(fragments.into());
        }
        let random = generator(&mut self.random)?;
        let records = room.records;
        let mut verifier = Verifier::new(self.anchors, host, now);
        let mut connection = TlsConnection::new(Guard::new(tcp, records), room.read, room.write);
        let provider = Provider { random, verifier: &mut verifier };
        let opened = connection.open(TlsContext::new(&config, provider)).await;
        opened.map_err(|error| refusal(error, &verifier, records))?;
        records.open();
        verifier.finish().await?;
        Ok(Secured(connection))
    }

    async fn close<'c, T: Read + Write + 'c>(connection: Secured<'c, T>) {
        connection.0.close().await.ok();
    }
}

/// A connection to a server that has proved who it is.
pub struct Secured<'c, T: Read + Write + 'c>(TlsConnection<'c, Guard<'c, T>, Suite>);

impl<T: Read + Write> ErrorType for Secured<'_, T> {
    type Error = ErrorKind;
}

impl<T: Read + Write> Read for Secured<'_, T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.0.read(buffer).await {
            Err(TlsError::ConnectionClosed) => Ok(0),
            read => read.map_err(|error| error.kind()),
        }
    }
}

impl<T: Read + Write> Write for Secured<'_, T> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        self.0.write(buffer).await.map_err(|error| error.kind())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.0.flush().await.map_err(|error| error.kind())
    }
}

impl<T: Read + Write> fmt::Debug for Secured<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured")
    }
}

impl From<Fragments> for MaxFragmentLength {
    fn from(fragments: Fragments) -> Self {
        match fragments {
            Fragments::Bytes512 => Self::Bits9,
            Fragments::Bytes1024 => Self::Bits10,
            Fragments::Bytes2048 => Self::Bits11,
            Fragments::Bytes4096 => Self::Bits12,
        }
    }
}

/// What embedded-tls asks of us in a handshake.
struct Provider<'p, 'v> {
    random: ChaCha20Rng,
    verifier: &'p mut Verifier<'v>,
}

impl CryptoProvider for Provider<'_, '_> {
    type CipherSuite = Suite;
    /// There is no certificate of the device's own.
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Suite>, TlsError> {
        Ok(&mut *self.verifier)
    }
}

/// Why a handshake failed: what our own side says before what embedded-tls makes of it.
fn refusal(error: TlsError, verifier: &Verifier<'_>, records: &Records) -> Refusal {
    verifier.refusal().or(records.refusal.get()).unwrap_or(match error {
        TlsError::HandshakeAborted(_, AlertDescription::HandshakeFailure) => {
            Refusal::HandshakeFailure
        }
        TlsError::Io(_) | TlsError::IoError => Refusal::Broken,
        TlsError::InsufficientSpace => Refusal::RecordTooLarge,
        _ => Refusal::Protocol,
    })
}

/// A hello of the server and a certificate of the smallest kind.
const MIN_READ: usize = 1024;
/// A hello with the longest host name.
const MIN_WRITE: usize = 640;
