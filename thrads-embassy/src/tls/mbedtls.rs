//! `Mbedtls`: TLS 1.2 and 1.3 to servers of public authorities, RSA among them.
//!
//! Below `runner`, in the place of `pinned`. mbedtls does the protocol and judges certificates; who is trusted and where
//! randomness comes from is the caller's.

extern crate alloc;

use super::seed::generator;
use super::{Room, Tls};
use crate::refusal::Refusal;
use alloc::boxed::Box;
use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::ffi::CStr;
use core::fmt;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use heapless::Vec;
use mbedtls_rs::sys;
use mbedtls_rs::{
    Certificate, ClientSessionConfig, Session, SessionConfig, SessionError, TlsReference, X509,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore};
use thrads_core::Clock;

/// TLS 1.2 and 1.3 by mbedtls, for servers of public authorities; it needs a heap.
///
/// A server is trusted if its certificate names the host, is valid now, and stands at the end of a path of authorities to one
/// of the anchors. RSA from 2,048 bits, P-256 and P-384. Suites are those with forward secrecy and AES-GCM.
///
/// mbedtls asks for the time by two hooks, which are of the whole program and therefore the program's to set, once:
///
/// ```
/// use thrads_embassy::EmbassyClock;
///
/// static CLOCK: EmbassyClock = EmbassyClock::new();
/// // SAFETY: before any TLS, and the clock is there for good.
/// unsafe {
///     mbedtls_rs::sys::hook::timer::hook_timer(Some(&CLOCK));
///     mbedtls_rs::sys::hook::wall_clock::hook_wall_clock(Some(&CLOCK));
/// }
/// ```
///
/// Without them every certificate is refused, as [`Refusal::NoClock`]. `R` is the device's true random source; the generator
/// that mbedtls draws from is seeded anew with 256 bits of it for each connection. There is no way to switch any of it off.
///
/// A connection takes some 45 KB of heap. mbedtls is not made for two cores: all connections are opened and used on one.
pub struct Mbedtls<R, C> {
    /// `None` if there are none that can be read.
    anchors: Option<Certificate<'static>>,
    random: R,
    clock: C,
}

impl<R, C> Mbedtls<R, C> {
    /// TLS to servers of these anchors: certificates in PEM, one after the other. They are copied to the heap; one of a kind
    /// that mbedtls cannot read is left out. If none is left, or the heap has no room for them, nothing is connected:
    /// [`Refusal::NoAnchor`].
    pub fn new(anchors: &CStr, random: R, clock: C) -> Self {
        Self { anchors: Certificate::new(X509::PEM(anchors)).ok(), random, clock }
    }
}

impl<R: CryptoRng + RngCore, C: Clock> Tls for Mbedtls<R, C> {
    const SECURE: bool = true;
    type Connection<'c, T: Read + Write + 'c> = MbedtlsSecured<T>;

    async fn open<'c, T: Read + Write + 'c>(
        &mut self,
        host: &str,
        tcp: T,
        _: Room<'c>,
    ) -> Result<MbedtlsSecured<T>, Refusal> {
        self.clock.wall().ok_or(Refusal::NoClock)?;
        let anchors = self.anchors.as_ref().ok_or(Refusal::NoAnchor)?;
        let library = library(generator(&mut self.random)?)?;
        let client = ClientSessionConfig { ca_chain: Some(anchors.clone()), ..Default::default() };
        let config = SessionConfig::Client(client);
        let mut session = Session::new(library, tcp, &config).map_err(refusal)?;
        let mut name = Vec::new();
        session.set_server_name(name_of(host, &mut name)?).map_err(refusal)?;
        match session.connect().await {
            Ok(()) => Ok(MbedtlsSecured(session)),
            Err(error) => {
                Err(verdict(session.tls_verification_details()).unwrap_or(refusal(error)))
            }
        }
    }

    async fn close<'c, T: Read + Write + 'c>(mut connection: MbedtlsSecured<T>) {
        connection.0.close().await.ok();
    }
}

/// A connection to a server that has proved who it is, by mbedtls.
pub struct MbedtlsSecured<T: Read + Write>(Session<'static, T>);

impl<T: Read + Write> ErrorType for MbedtlsSecured<T> {
    type Error = ErrorKind;
}

impl<T: Read + Write> Read for MbedtlsSecured<T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.0.read(buffer).await.map_err(|error| error.kind())
    }
}

impl<T: Read + Write> Write for MbedtlsSecured<T> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        self.0.write(buffer).await.map_err(|error| error.kind())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.0.flush().await.map_err(|error| error.kind())
    }
}

impl<T: Read + Write> fmt::Debug for MbedtlsSecured<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MbedtlsSecured")
    }
}

/// mbedtls, started once for the program, with the generator that all of it draws from.
#[derive(Clone, Copy)]
struct Library {
    reference: TlsReference<'static>,
    generator: &'static Generator,
}

type Generator = Mutex<Raw, RefCell<ChaCha20Rng>>;

static LIBRARY: Mutex<Raw, Cell<Option<Library>>> = Mutex::new(Cell::new(None));

/// Has mbedtls draw from `generator` from here on.
fn library(generator: ChaCha20Rng) -> Result<TlsReference<'static>, Refusal> {
    if let Some(library) = LIBRARY.lock(Cell::get) {
        library.generator.lock(|place| *place.borrow_mut() = generator);
        return Ok(library.reference);
    }
    // mbedtls-rs borrows it for good; so it is kept for good, once.
    let generator = &*Box::leak(Box::new(Mutex::new(RefCell::new(generator))));
    // Somebody else has started mbedtls, with randomness that nobody here knows.
    let tls = mbedtls_rs::Tls::new(Box::leak(Box::new(Source(generator))))
        .map_err(|_| Refusal::NoRandom)?;
    let reference = Box::leak(Box::new(tls)).reference();
    LIBRARY.lock(|library| library.set(Some(Library { reference, generator })));
    Ok(reference)
}

/// The generator, as mbedtls-rs asks for it.
struct Source(&'static Generator);

impl rand_core_0_10::TryRng for Source {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.lock(|generator| generator.borrow_mut().next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.lock(|generator| generator.borrow_mut().next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.lock(|generator| generator.borrow_mut().fill_bytes(bytes));
        Ok(())
    }
}

impl rand_core_0_10::TryCryptoRng for Source {}

/// `host` as C has names, without the brackets of an address.
fn name_of<'n>(host: &str, place: &'n mut Vec<u8, MAX_NAME>) -> Result<&'n CStr, Refusal> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    place.extend_from_slice(host.as_bytes()).map_err(|_| Refusal::Name)?;
    place.push(0).map_err(|_| Refusal::Name)?;
    CStr::from_bytes_with_nul(place).map_err(|_| Refusal::Name)
}

/// Why mbedtls refused a certificate, if it did.
fn verdict(flags: u32) -> Option<Refusal> {
    // Before any certificate was seen.
    if flags == u32::MAX {
        return None;
    }
    let reasons = [
        // At once only where mbedtls does not know the time.
        (sys::MBEDTLS_X509_BADCERT_EXPIRED | sys::MBEDTLS_X509_BADCERT_FUTURE, Refusal::NoClock),
        (sys::MBEDTLS_X509_BADCERT_NOT_TRUSTED, Refusal::NoAnchor),
        (sys::MBEDTLS_X509_BADCERT_CN_MISMATCH, Refusal::Name),
        (sys::MBEDTLS_X509_BADCERT_EXPIRED, Refusal::Expired),
        (sys::MBEDTLS_X509_BADCERT_FUTURE, Refusal::NotYetValid),
        (sys::MBEDTLS_X509_BADCERT_KEY_USAGE, Refusal::NotAServer),
        (sys::MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, Refusal::NotAServer),
        (sys::MBEDTLS_X509_BADCERT_BAD_MD, Refusal::Algorithm),
        (sys::MBEDTLS_X509_BADCERT_BAD_PK, Refusal::Algorithm),
        (sys::MBEDTLS_X509_BADCERT_BAD_KEY, Refusal::Algorithm),
    ];
    let found = reasons.iter().find(|(all, _)| flags & all == *all);
    found.map(|(_, refusal)| *refusal).or((flags != 0).then_some(Refusal::Certificate))
}

/// Why a handshake failed without a word about certificates.
fn refusal(error: SessionError) -> Refusal {
    let SessionError::MbedTls(error) = error else { return Refusal::Broken };
    match error.code() {
        sys::MBEDTLS_ERR_SSL_ALLOC_FAILED => Refusal::Buffers,
        sys::MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE => Refusal::HandshakeFailure,
        sys::MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE => Refusal::HandshakeFailure,
        sys::MBEDTLS_ERR_SSL_BAD_CERTIFICATE => Refusal::Certificate,
        _ => Refusal::Protocol,
    }
}

/// A DNS name has 253 bytes at most, and C wants one more.
const MAX_NAME: usize = 256;
