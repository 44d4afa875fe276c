//! TLS by `Pinned`, against servers of all kinds.

mod authority;
mod certificates;
mod forger;
mod hostile;
mod server;
mod warm;

use crate::support::{Answer, Driven, LONG, block_on, exchange, opener, publisher_at};
use authority::{Authority, Identity};
use embedded_nal_async::AddrType;
use rand_core::OsRng;
use server::TlsServer;
use std::time::{SystemTime, UNIX_EPOCH};
use std_embedded_nal_async::Stack;
use thrads_core::{Request, TransportError, UnixMillis};
use thrads_embassy::{Anchor, EmbassyClock, Pinned, Refusal};

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// Certificates as anchors, for good.
fn anchors(authorities: &[&Authority]) -> &'static [Anchor<'static>] {
    let anchor = |authority: &&Authority| Anchor::from_der(authority.der.clone().leak()).unwrap();
    authorities.iter().map(anchor).collect::<Vec<_>>().leak()
}

/// A clock that knows the time.
fn clock() -> &'static EmbassyClock {
    let clock = Box::leak(Box::new(EmbassyClock::new()));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    clock.set_wall(UnixMillis(now.as_millis().try_into().unwrap()));
    clock
}

fn pinned(authorities: &[&Authority]) -> Driven {
    over(Pinned::new(anchors(authorities), OsRng, clock()))
}

fn over<S: thrads_embassy::Tls + 'static>(tls: S) -> Driven {
    let with = |runner: thrads_embassy::Runner<'static, _, _, _>| runner.addresses(AddrType::IPv4);
    Driven::new(Stack::default(), Stack::default(), tls, with)
}

fn ask_at(transport: &mut Driven, base: &str) -> Answer {
    let publisher = publisher_at(base);
    let request = Request::new(&publisher, opener());
    block_on(exchange(transport, &request, LONG, 99))
}

/// Asks a server that has this identity, with this pinned.
fn ask(authorities: &[&Authority], identity: Identity) -> (Answer, Option<Refusal>, usize) {
    let server = TlsServer::start(identity, HELLO);
    let mut transport = pinned(authorities);
    let answer = ask_at(&mut transport, &server.base());
    (answer, transport.counts().last_refusal, server.requests())
}

#[track_caller]
fn trusted(authorities: &[&Authority], identity: Identity) {
    assert_eq!(ask(authorities, identity), (Ok((200, b"hello".to_vec())), None, 1));
}

/// Nothing of a request is sent, for this reason.
#[track_caller]
fn refused(authorities: &[&Authority], identity: Identity, refusal: Refusal) {
    let unsent = Err(TransportError::unsent(refusal.kind()));
    assert_eq!(ask(authorities, identity), (unsent, Some(refusal), 0));
}
