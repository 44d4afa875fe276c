//! Connections that are kept, made in advance, closed in between, and given up half-way.

use super::authority::{Authority, P256};
use super::server::TlsServer;
use super::{HELLO, ask_at, clock, pinned};
use crate::support::{Driven, LONG, abandoned_after, block_on, exchange, opener, publisher_at};
use embassy_futures::select::{Either, select};
use embassy_time::Duration;
use embedded_nal_async::AddrType;
use rand_core::OsRng;
use std_embedded_nal_async::Stack;
use thrads_core::{BaseUrl, Millis, Request, TransportError, TransportErrorKind};
use thrads_embassy::{Buffers, Fragments, Link, Pinned, READ_ANY, Runner, WRITE, new};

const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
const CLOSING: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello";

fn good() -> (u16, Vec<u8>) {
    (200, b"hello".to_vec())
}

#[test]
fn a_connection_is_kept_for_the_next_ask() {
    let root = Authority::root(P256);
    for answer in [HELLO, CHUNKED] {
        let server = TlsServer::start(root.server(P256, &[]), answer);
        let mut transport = pinned(&[&root]);
        for _ in 0..4 {
            assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
        }
        assert_eq!((server.connections(), server.requests()), (1, 4));
        assert_eq!((transport.counts().opened, transport.counts().reused), (1, 3));
    }
}

#[test]
fn a_connection_that_the_server_says_is_the_last_is_not_used_again() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), CLOSING);
    let mut transport = pinned(&[&root]);
    for _ in 0..2 {
        assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    }
    assert_eq!((server.connections(), transport.counts().reused), (2, 0));
}

#[test]
fn what_comes_behind_an_answer_is_never_taken_for_the_next() {
    let root = Authority::root(P256);
    let twice = [HELLO, b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"].concat();
    let server = TlsServer::start(root.server(P256, &[]), &twice);
    let mut transport = pinned(&[&root]);
    for _ in 0..3 {
        assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
        block_on(transport.rest(Duration::from_millis(20)));
    }
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_connection_that_was_closed_between_turns_is_noticed_before_anything_is_sent() {
    let root = Authority::root(P256);
    let server = TlsServer::closing_after(1, root.server(P256, &[]), HELLO);
    let mut transport = pinned(&[&root]);
    for _ in 0..3 {
        assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
        block_on(transport.rest(Duration::from_millis(50)));
    }
    assert_eq!((server.connections(), server.requests()), (3, 3));
}

#[test]
fn a_connection_is_made_in_advance() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let mut transport = pinned(&[&root]);
    transport.half.link().warm_up(&BaseUrl::new(&server.base()).unwrap());
    while transport.counts().opened == 0 {
        block_on(transport.rest(Duration::from_millis(10)));
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    assert_eq!((server.connections(), transport.counts().reused), (1, 1));
}

#[test]
fn an_ask_waits_for_a_connection_that_is_being_made() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let mut transport = pinned(&[&root]);
    transport.half.link().warm_up(&BaseUrl::new(&server.base()).unwrap());
    assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_ask_that_ran_out_of_time_leaves_its_connection_to_the_next() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let mut transport = pinned(&[&root]);
    let publisher = publisher_at(&server.base());
    let request = Request::new(&publisher, opener());
    let short = block_on(exchange(&mut transport, &request, Millis(1), 99));
    assert_eq!(short, Err(TransportError::unsent(TransportErrorKind::Timeout)));
    assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_idle_connection_is_closed() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let tls = Pinned::new(super::anchors(&[&root]), OsRng, clock());
    let with = |runner: Runner<'static, _, _, _>| {
        runner.addresses(AddrType::IPv4).idle(Duration::from_millis(50))
    };
    let mut transport = Driven::new(Stack::default(), Stack::default(), tls, with);
    assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    block_on(transport.rest(Duration::from_millis(150)));
    assert_eq!(ask_at(&mut transport, &server.base()), Ok(good()));
    assert_eq!((server.connections(), transport.counts().reused), (2, 0));
}

#[test]
fn an_exchange_dropped_at_any_await_leaves_the_next_one_working() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), CHUNKED);
    let publisher = publisher_at(&server.base());
    let request = Request::new(&publisher, opener());
    let mut transport = pinned(&[&root]);
    let mut dropped = 0;
    for polls in 0.. {
        let first = exchange(&mut transport, &request, LONG, 9);
        let first = block_on(abandoned_after(polls, first));
        let next = block_on(exchange(&mut transport, &request, LONG, 9));
        assert_eq!(next, Ok(good()), "after {polls} polls");
        if first.is_some() {
            break;
        }
        dropped += 1;
        // The next round begins cold, so that each await of a handshake is tried as well.
        transport = pinned(&[&root]);
    }
    assert!(dropped > 3, "only {dropped} awaits were tried");
}

#[test]
fn an_answer_of_many_records_arrives_whole() {
    let root = Authority::root(P256);
    let body = "x".repeat(40_000);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let server = TlsServer::start(root.server(P256, &[]), answer.as_bytes());
    let publisher = publisher_at(&server.base());
    let request = Request::new(&publisher, opener());
    let answer = block_on(exchange(&mut pinned(&[&root]), &request, LONG, 50_000));
    assert_eq!(answer, Ok((200, body.into_bytes())));
}

#[test]
fn buffers_that_are_too_small_are_refused_and_nothing_panics() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let publisher = publisher_at(&server.base());
    let request = Request::new(&publisher, opener());
    for (read, write, is_enough) in [
        (0, 0, false),
        (READ_ANY, 0, false),
        (READ_ANY, 128, false),
        (0, WRITE, false),
        (1024, 640, true),
        (READ_ANY, WRITE, true),
    ] {
        let mut link = Link::new();
        let tls = Pinned::new(super::anchors(&[&root]), OsRng, clock());
        let (mut half, runner) = new(&mut link, Stack::default(), Stack::default(), tls);
        let mut runner = runner.addresses(AddrType::IPv4);
        let (mut read_buffer, mut write_buffer) = (vec![0; read], vec![0; write]);
        let running = runner.run(Buffers { read: &mut read_buffer, write: &mut write_buffer });
        let asking = exchange(&mut half, &request, LONG, 99);
        let Either::First(answer) = block_on(select(asking, running));
        assert_eq!(answer.is_ok(), is_enough, "{read} {write} {answer:?}");
    }
}

#[test]
fn servers_are_asked_for_small_records_where_that_is_wanted() {
    let root = Authority::root(P256);
    for (fragments, most) in [(None, usize::MAX), (Some(Fragments::Bytes1024), 1024)] {
        let server = super::forger::Forger::start(|_| vec![]);
        let tls = Pinned::new(super::anchors(&[&root]), OsRng, clock());
        let tls = match fragments {
            Some(fragments) => tls.fragments(fragments),
            None => tls,
        };
        ask_at(&mut super::over(tls), &server.base()).unwrap_err();
        let hello = server.hello();
        let asked = hello.windows(5).any(|bytes| bytes == [0, 1, 0, 1, 2]);
        assert_eq!(asked, most == 1024);
    }
}
