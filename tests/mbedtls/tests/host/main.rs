//! `Mbedtls` against servers of all kinds, as `Pinned` is tested; the servers and authorities are the same.

#[path = "../../../../thrads-embassy/tests/host/tls/authority.rs"]
mod authority;
#[expect(dead_code, reason = "shared with the tests of another crate")]
#[path = "../../../../thrads-embassy/tests/host/server.rs"]
mod server;
#[expect(dead_code, reason = "shared with the tests of another crate")]
#[path = "../../../../thrads-embassy/tests/host/support.rs"]
mod support;
#[path = "../../../../thrads-embassy/tests/host/tls/server.rs"]
mod tls_server;

use authority::{Authority, ED25519, Identity, Kind, P256, P384, expired, of_tomorrow};
use base64ct::{Base64, Encoding};
use core::fmt::Write as _;
use embedded_nal_async::AddrType;
use rand_core::{CryptoRng, Error, OsRng, RngCore};
use rcgen::PKCS_RSA_SHA256;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use std::ffi::CString;
use std::io::Read;
use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};
use std_embedded_nal_async::Stack;
use support::{Answer, Driven, LONG, block_on, exchange, opener, publisher_at};
use thrads_core::{Request, TransportError, TransportErrorKind, UnixMillis};
use thrads_embassy::{EmbassyClock, Mbedtls, Refusal, Runner};
use tls_server::{TlsServer, config_of};

#[test]
fn a_server_of_a_public_kind_is_trusted_by_either_version() {
    let _turn = turn();
    let root = Authority::root(RSA);
    for version in [&TLS12, &TLS13] {
        trusted(&[&root], root.server(RSA, &[]), version);
        trusted(&[&root], root.server(P256, &[]), version);
    }
}

#[test]
fn a_path_leads_over_intermediates_of_other_keys() {
    let _turn = turn();
    let root = Authority::root(RSA);
    let middle = root.below(P384, "middle", |_| {});
    let last = middle.below(P256, "last", |_| {});
    trusted(&[&root], last.server(P256, &[&last, &middle]), &TLS13);
    refused(&[&root], last.server(P256, &[&middle]), Refusal::NoAnchor);
}

#[test]
fn each_of_several_anchors_counts_and_an_intermediate_may_be_one() {
    let _turn = turn();
    let [one, two] = [P256, RSA].map(Authority::root);
    let middle = two.below(P256, "middle", |_| {});
    trusted(&[&one, &two], two.server(P256, &[]), &TLS13);
    trusted(&[&one, &middle], middle.server(P256, &[]), &TLS13);
}

#[test]
fn another_authority_of_the_same_name_is_refused() {
    let _turn = turn();
    let [pinned, other] = [P256, P256].map(Authority::root);
    refused(&[&pinned], other.server(P256, &[]), Refusal::NoAnchor);
    refused(&[&pinned], other.server(P256, &[&other]), Refusal::NoAnchor);
}

#[test]
fn another_name_is_refused() {
    let _turn = turn();
    let root = Authority::root(P256);
    let elsewhere = |params: &mut rcgen::CertificateParams| {
        let name = "elsewhere.example".try_into().unwrap();
        params.subject_alt_names = vec![rcgen::SanType::DnsName(name)];
        // Nobody looks at this one.
        params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    };
    refused(&[&root], root.issue(P256, &[], elsewhere), Refusal::Name);
}

#[test]
fn a_certificate_out_of_its_time_is_refused_wherever_it_stands() {
    let _turn = turn();
    let root = Authority::root(P256);
    refused(&[&root], root.issue(P256, &[], expired), Refusal::Expired);
    refused(&[&root], root.issue(P256, &[], of_tomorrow), Refusal::NotYetValid);
    let middle = root.below(P256, "middle", expired);
    refused(&[&root], middle.server(P256, &[&middle]), Refusal::Expired);
    let old = Authority::root_named(P256, "old", expired);
    refused(&[&old], old.server(P256, &[]), Refusal::Expired);
}

#[test]
fn an_ordinary_certificate_signs_no_other() {
    let _turn = turn();
    let root = Authority::root(P256);
    let leaf = root.below(P256, "leaf", |params| params.is_ca = rcgen::IsCa::ExplicitNoCa);
    refused(&[&root], leaf.server(P256, &[&leaf]), Refusal::NoAnchor);
}

#[test]
fn a_servers_certificate_is_for_servers() {
    let _turn = turn();
    let root = Authority::root(P256);
    let client = |params: &mut rcgen::CertificateParams| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    };
    refused(&[&root], root.issue(P256, &[], client), Refusal::NotAServer);
}

#[test]
fn a_server_that_has_nothing_in_common_is_refused() {
    let _turn = turn();
    let root = Authority::root(P256);
    let (answer, refusal, requests) = ask(&[&root], root.server(ED25519, &[]), &TLS13);
    assert!(matches!(refusal, Some(Refusal::HandshakeFailure | Refusal::Protocol)), "{refusal:?}");
    assert_eq!((answer, requests), (Err(TransportError::unsent(TransportErrorKind::Tls)), 0));
}

#[test]
fn without_time_anchors_or_randomness_there_is_no_connection() {
    let _turn = turn();
    let root = Authority::root(P256);
    let pem = pem(&[&root]);
    unsent(Mbedtls::new(&pem, OsRng, EmbassyClock::new()), &root, Refusal::NoClock);
    unsent(Mbedtls::new(&pem, Broken(None), &CLOCK), &root, Refusal::NoRandom);
    unsent(Mbedtls::new(&pem, Broken(Some(7)), &CLOCK), &root, Refusal::NoRandom);
    for nothing in [c"", c"-----BEGIN CERTIFICATE-----", c"\n"] {
        unsent(Mbedtls::new(nothing, OsRng, &CLOCK), &root, Refusal::NoAnchor);
    }
}

#[test]
fn a_connection_is_kept_for_the_next_exchange() {
    let _turn = turn();
    let root = Authority::root(RSA);
    let server = TlsServer::start(root.server(RSA, &[]), HELLO);
    let mut transport = transport(&[&root]);
    for _ in 0..3 {
        assert_eq!(ask_at(&mut transport, &server.base()), Ok((200, b"hello".to_vec())));
    }
    assert_eq!((server.connections(), server.requests()), (1, 3));
    assert_eq!(transport.counts().reused, 2);
}

#[test]
fn all_randomness_is_the_callers_and_fresh_for_each_connection() {
    let _turn = turn();
    let pem = pem(&[&Authority::root(P256)]);
    let [one, two] = [(); 2].map(|()| hello(Mbedtls::new(&pem, OsRng, &CLOCK)));
    assert_ne!(one, two);
    let [one, two] = [(); 2].map(|()| hello(Mbedtls::new(&pem, Same, &CLOCK)));
    assert_eq!(one, two);
}

#[test]
fn an_answer_larger_than_a_record_comes_whole() {
    let _turn = turn();
    let root = Authority::root(P256);
    let body = vec![b'a'; 40_000];
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    for version in [&TLS12, &TLS13] {
        let config = config_of(root.server(P256, &[]), version);
        let server = TlsServer::with(config, 1, &[head.as_bytes(), &body].concat());
        let mut transport = transport(&[&root]);
        let publisher = publisher_at(&server.base());
        let request = Request::new(&publisher, opener());
        let answer = block_on(exchange(&mut transport, &request, LONG, body.len()));
        assert_eq!(answer, Ok((200, body.clone())));
    }
}

#[test]
fn an_exchange_given_up_at_any_await_leaves_the_next_one_working() {
    let _turn = turn();
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let publisher = publisher_at(&server.base());
    let mut transport = transport(&[&root]);
    for polls in 0..40 {
        let request = Request::new(&publisher, opener());
        let asking = exchange(&mut transport, &request, LONG, 99);
        let given_up = block_on(support::abandoned_after(polls, asking));
        assert!(given_up.is_none_or(|answer| answer == Ok((200, b"hello".to_vec()))));
        assert_eq!(ask_at(&mut transport, &server.base()), Ok((200, b"hello".to_vec())));
    }
}

/// mbedtls is one for the program, and its time too: one test at a time.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    static HOOKS: Once = Once::new();
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    HOOKS.call_once(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        CLOCK.set_wall(UnixMillis(now.as_millis().try_into().unwrap()));
        // SAFETY: before any TLS, and the clock is there for good.
        unsafe {
            mbedtls_rs::sys::hook::timer::hook_timer(Some(&CLOCK));
            mbedtls_rs::sys::hook::wall_clock::hook_wall_clock(Some(&CLOCK));
        }
    });
    turn
}

static CLOCK: EmbassyClock = EmbassyClock::new();

fn transport(authorities: &[&Authority]) -> Driven {
    over(Mbedtls::new(&pem(authorities), OsRng, &CLOCK))
}

fn over<S: thrads_embassy::Tls + 'static>(tls: S) -> Driven {
    let with = |runner: Runner<'static, _, _, _>| runner.addresses(AddrType::IPv4);
    Driven::new(Stack::default(), Stack::default(), tls, with)
}

fn ask_at(transport: &mut Driven, base: &str) -> Answer {
    let publisher = publisher_at(base);
    let request = Request::new(&publisher, opener());
    block_on(exchange(transport, &request, LONG, 99))
}

fn ask(
    authorities: &[&Authority],
    identity: Identity,
    version: &'static SupportedProtocolVersion,
) -> (Answer, Option<Refusal>, usize) {
    let server = TlsServer::with(config_of(identity, version), usize::MAX, HELLO);
    let mut transport = transport(authorities);
    let answer = ask_at(&mut transport, &server.base());
    (answer, transport.counts().last_refusal, server.requests())
}

#[track_caller]
fn trusted(
    authorities: &[&Authority],
    identity: Identity,
    version: &'static SupportedProtocolVersion,
) {
    let trusted = (Ok((200, b"hello".to_vec())), None, 1);
    assert_eq!(ask(authorities, identity, version), trusted);
}

/// Nothing of a request is sent, for this reason, in either version.
#[track_caller]
fn refused(authorities: &[&Authority], identity: Identity, refusal: Refusal) {
    let unsent = Err(TransportError::unsent(refusal.kind()));
    for version in [&TLS12, &TLS13] {
        let Identity { chain, key } = &identity;
        let identity = Identity { chain: chain.clone(), key: key.clone() };
        let came_of_it = ask(authorities, identity, version);
        assert_eq!(came_of_it, (unsent.clone(), Some(refusal), 0), "{version:?}");
    }
}

/// A server that would be trusted is not asked, for this reason.
#[track_caller]
fn unsent<S: thrads_embassy::Tls + 'static>(tls: S, root: &Authority, refusal: Refusal) {
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let mut transport = over(tls);
    let unsent = Err(TransportError::unsent(refusal.kind()));
    assert_eq!(ask_at(&mut transport, &server.base()), unsent);
    assert_eq!((transport.counts().last_refusal, server.requests()), (Some(refusal), 0));
}

/// What is random in a client's hello: its end of `random`, the session and the key share among it.
fn hello<S: thrads_embassy::Tls + 'static>(tls: S) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let server = thread::spawn(move || {
        let mut hello = [0; 200];
        listener.accept().unwrap().0.read_exact(&mut hello).unwrap();
        hello[HELLO_TIME_END..].to_vec()
    });
    ask_at(&mut over(tls), &base).unwrap_err();
    server.join().unwrap()
}

/// Certificates one after the other, as text.
fn pem(authorities: &[&Authority]) -> CString {
    let mut pem = String::new();
    for authority in authorities {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in Base64::encode_string(&authority.der).as_bytes().chunks(64) {
            writeln!(pem, "{}", std::str::from_utf8(line).unwrap()).unwrap();
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    CString::new(pem).unwrap()
}

/// A random source that fails, or is stuck.
struct Broken(Option<u8>);

impl RngCore for Broken {
    fn next_u32(&mut self) -> u32 {
        0
    }

    fn next_u64(&mut self) -> u64 {
        0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(self.0.ok_or(Error::from(core::num::NonZeroU32::MIN))?);
        Ok(())
    }
}

impl CryptoRng for Broken {}

/// A random source that says the same each time, and is not stuck.
struct Same;

impl RngCore for Same {
    fn next_u32(&mut self) -> u32 {
        1
    }

    fn next_u64(&mut self) -> u64 {
        1
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().zip(0..).for_each(|(place, byte)| *place = byte);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Same {}

/// Record, message and version, and four bytes that may be a time.
const HELLO_TIME_END: usize = 15;
const RSA: Kind = &PKCS_RSA_SHA256;
const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
