//! What is never sent, and what fails before anything is.

use crate::server::Server;
use crate::support::{
    Driven, LONG, block_on, exchange, opener, publisher, publisher_at, transport,
};
use core::net::IpAddr;
use embedded_nal_async::{AddrType, Dns};
use std::net::TcpListener;
use std_embedded_nal_async::Stack;
use thrads_core::TransportErrorKind::{self, Connect, Target};
use thrads_core::{Publisher, Request, Transport, TransportError};
use thrads_embassy::{InsecureForTests, MAX_URL_BYTES, Runner};

/// Answers every question alike.
struct Says(Option<IpAddr>);

impl Dns for Says {
    type Error = ();

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, ()> {
        self.0.ok_or(())
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ()> {
        Err(())
    }
}

fn resolved_by(dns: Says) -> Driven {
    Driven::new(Stack::default(), dns, InsecureForTests, |runner| runner)
}

fn to(addresses: AddrType) -> Driven {
    let with = |runner: Runner<'static, _, _, _>| runner.addresses(addresses);
    Driven::new(Stack::default(), Stack::default(), InsecureForTests, with)
}

fn refused<T: Transport<Buffer = [u8]>>(
    mut transport: T,
    publisher: &Publisher,
    kind: TransportErrorKind,
) {
    let request = Request::new(publisher, opener());
    let answer = block_on(exchange(&mut transport, &request, LONG, 99));
    assert_eq!(answer, Err(TransportError::unsent(kind)));
}

#[test]
fn https_is_refused_and_never_sent_in_the_clear() {
    let server = Server::answering("HTTP/1.1 200 OK\r\n\r\n");
    refused(transport(), &publisher_at(&format!("https://127.0.0.1:{}", server.port)), Target);
    refused(transport(), &publisher_at(&format!("https://localhost:{}", server.port)), Target);
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_loopback_name_that_resolves_elsewhere_is_refused() {
    let elsewhere = Says(Some(IpAddr::from([192, 0, 2, 1])));
    let transport = resolved_by(elsewhere);
    refused(transport, &publisher_at("http://localhost:1"), Target);
}

#[test]
fn a_name_that_does_not_resolve_is_unsent() {
    let transport = resolved_by(Says(None));
    refused(transport, &publisher_at("http://localhost:1"), TransportErrorKind::Dns);
}

#[test]
fn a_name_that_resolves_to_loopback_is_connected_to() {
    let server = Server::answering("HTTP/1.1 200 OK\r\n\r\nhello");
    let here = Says(Some(IpAddr::from([127, 0, 0, 1])));
    let mut transport = resolved_by(here);
    let publisher = publisher_at(&format!("http://localhost:{}", server.port));
    let request = Request::new(&publisher, opener());
    let answer = block_on(exchange(&mut transport, &request, LONG, 99));
    assert_eq!(answer, Ok((200, b"hello".to_vec())));
    assert!(server.request().contains(&format!("Host: localhost:{}\r\n", server.port)));
}

#[test]
fn a_refused_connection_is_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    refused(transport(), &publisher(port), Connect);
}

#[test]
fn an_address_of_a_kind_that_the_stack_lacks_is_not_connected_to() {
    refused(to(AddrType::IPv4), &publisher_at("http://[::1]:1"), Connect);
    refused(to(AddrType::IPv6), &publisher(1), Connect);
}

#[test]
fn a_url_that_does_not_fit_is_refused() {
    let server = Server::answering("HTTP/1.1 200 OK\r\n\r\n");
    let long = format!("http://127.0.0.1:{}/{}", server.port, "x".repeat(MAX_URL_BYTES));
    let answer = crate::requests::ping(&mut transport(), &long);
    assert_eq!(answer, Err(TransportError::unsent(Target)));
    assert_eq!(server.connections(), 0);
}
