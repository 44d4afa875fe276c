//! Servers that want the device to trust them, to panic, or to wait.

use super::authority::{Authority, P256};
use super::forger::{
    ALERT, DATA, Forger, HANDSHAKE, Say, certificate, message, record, secrets_of,
};
use super::{ask_at, pinned};
use crate::support::{Answer, block_on, exchange, opener, publisher_at};
use rand_core::{OsRng, RngCore};
use std::time::{Duration, Instant};
use thrads_core::{Millis, Request, TransportError};
use thrads_embassy::Refusal;

/// Encrypted extensions, none of them.
fn extensions() -> Vec<u8> {
    message(8, &[0, 0])
}

fn flight(messages: &[Vec<u8>]) -> Say {
    Say::Record([messages.concat(), vec![HANDSHAKE]].concat())
}

/// No request leaves, for this reason, and the next connection is tried like any.
#[track_caller]
fn refused(script: Vec<Say>, refusal: Refusal) {
    let root = Authority::root(P256);
    let server = Forger::start(move |_| script.clone());
    let mut transport = pinned(&[&root]);
    for _ in 0..2 {
        let answer = ask_at(&mut transport, &server.base());
        assert_eq!(answer, Err(TransportError::unsent(refusal.kind())));
        assert_eq!(transport.counts().last_refusal, Some(refusal));
    }
}

#[test]
fn a_server_that_shows_no_certificate_is_not_trusted() {
    refused(vec![flight(&[extensions()]), Say::Finished], Refusal::Unproven);
    refused(vec![Say::Finished], Refusal::Unproven);
}

#[test]
fn a_server_that_shows_a_certificate_and_not_its_key_is_not_trusted() {
    let root = Authority::root(P256);
    let stolen = certificate(&root.server(P256, &[]).chain);
    let server =
        Forger::start(move |_| vec![flight(&[extensions(), stolen.clone()]), Say::Finished]);
    let mut transport = pinned(&[&root]);
    ask_at(&mut transport, &server.base()).unwrap_err();
    assert_eq!(transport.counts().last_refusal, Some(Refusal::Unproven));
}

#[test]
fn a_proof_by_another_key_is_not_taken() {
    let root = Authority::root(P256);
    let stolen = certificate(&root.server(P256, &[]).chain);
    // A signature that is none of anything: two integers of 1.
    let proof = message(15, &[4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1]);
    let server = Forger::start(move |_| {
        vec![flight(&[extensions(), stolen.clone(), proof.clone()]), Say::Finished]
    });
    let mut transport = pinned(&[&root]);
    ask_at(&mut transport, &server.base()).unwrap_err();
    assert_eq!(transport.counts().last_refusal, Some(Refusal::Signature));
}

#[test]
fn messages_out_of_order_are_refused() {
    let root = Authority::root(P256);
    let chain = certificate(&root.server(P256, &[]).chain);
    let proof = message(15, &[4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1]);
    for flight_of in [vec![proof.clone()], vec![chain.clone(), chain]] {
        let server = Forger::start(move |_| vec![flight(&flight_of), Say::Finished]);
        let mut transport = pinned(&[&root]);
        ask_at(&mut transport, &server.base()).unwrap_err();
        assert_eq!(transport.counts().last_refusal, Some(Refusal::Protocol));
    }
}

#[test]
fn records_without_content_are_refused_before_any_certificate() {
    for length in [0, 1, 15, 16] {
        refused(vec![Say::Raw(record(DATA, &vec![0; length]))], Refusal::Protocol);
    }
    // Encrypted as it should be, and nothing in it but padding.
    refused(vec![Say::Record(vec![])], Refusal::Protocol);
    refused(vec![Say::Record(vec![0; 100])], Refusal::Protocol);
}

#[test]
fn nothing_is_believed_in_plain_text_once_keys_are_agreed() {
    refused(vec![Say::Raw(record(ALERT, &[1, 0]))], Refusal::Protocol);
    refused(vec![Say::Raw(record(HANDSHAKE, &extensions()))], Refusal::Protocol);
}

#[test]
fn records_of_odd_kinds_and_sizes_are_refused() {
    for raw in [
        vec![23, 3, 3, 0xff, 0xff],
        vec![23, 3, 4, 0, 40],
        vec![99, 3, 3, 0, 40],
        vec![20, 3, 3, 0, 2],
        vec![22, 3, 3, 0, 0],
    ] {
        refused(vec![Say::Raw(raw)], Refusal::Protocol);
    }
}

/// What comes of asking a server that everybody vouches for and that says this before it answers.
fn after_the_handshake(says: Vec<u8>) -> (Answer, u32) {
    let root = Authority::root(P256);
    let identity = root.server(P256, &[]);
    let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello";
    let answer = [&answer[..], &[DATA]].concat();
    let script = vec![
        flight(&[extensions()]),
        Say::certified(&identity),
        Say::Finished,
        Say::Record(says),
        Say::Wait,
        Say::Record(answer),
    ];
    let server = Forger::start(move |_| script.clone());
    let mut transport = pinned(&[&root]);
    let answer = ask_at(&mut transport, &server.base());
    // The next ask is as good as the first.
    assert_eq!(ask_at(&mut transport, &server.base()).is_ok(), answer.is_ok());
    (answer, transport.counts().opened)
}

#[test]
fn tickets_and_empty_records_are_passed_over() {
    let good = Ok((200, b"hello".to_vec()));
    let ticket = message(4, &[0; 40]);
    for says in [
        vec![DATA],
        vec![DATA, 0, 0, 0],
        [&ticket[..], &ticket, &[HANDSHAKE]].concat(),
        [&ticket[..], &[HANDSHAKE], &[0; 20]].concat(),
    ] {
        let (answer, _) = after_the_handshake(says.clone());
        assert_eq!(answer, good, "{says:?}");
    }
}

#[test]
fn a_key_update_or_a_second_certificate_ends_the_connection_and_no_more() {
    let root = Authority::root(P256);
    let chain = certificate(&root.server(P256, &[]).chain);
    let ticket = message(4, &[0; 40]);
    for late in [
        message(24, &[0]),
        chain.clone(),
        [ticket, chain].concat(),
        message(20, &[0; 32]),
        message(13, &[0, 0, 0]),
        message(2, &[0; 40]),
        vec![4, 0, 0],
        vec![],
    ] {
        let (answer, opened) = after_the_handshake([&late[..], &[HANDSHAKE]].concat());
        assert!(answer.is_err());
        assert_eq!(opened, 2, "{late:?}");
    }
}

#[test]
fn an_end_that_the_server_did_not_announce_is_no_end_of_an_answer() {
    let root = Authority::root(P256);
    let identity = root.server(P256, &[]);
    for (last, is_whole) in [(Say::Record(vec![1, 0, ALERT]), true), (Say::Cut, false)] {
        let script = vec![
            flight(&[extensions()]),
            Say::certified(&identity),
            Say::Finished,
            Say::Wait,
            Say::Record([b"HTTP/1.1 200 OK\r\n\r\nhello", &[DATA][..]].concat()),
            last,
        ];
        let server = Forger::start(move |_| script.clone());
        let answer = ask_at(&mut pinned(&[&root]), &server.base());
        assert_eq!(answer.is_ok(), is_whole, "{answer:?}");
    }
}

#[test]
fn two_connections_share_neither_random_bytes_nor_keys() {
    let root = Authority::root(P256);
    let server = Forger::start(|_| vec![Say::Record(vec![])]);
    let mut transport = pinned(&[&root]);
    let mut seen = Vec::new();
    for _ in 0..8 {
        ask_at(&mut transport, &server.base()).unwrap_err();
        let (random, share) = secrets_of(&server.hello());
        assert!(!seen.contains(&random) && !seen.contains(&share));
        seen.extend([random, share]);
    }
}

#[test]
fn a_server_that_stops_in_the_handshake_is_left_at_the_deadline() {
    let root = Authority::root(P256);
    let server = Forger::start(|_| vec![flight(&[extensions()])]);
    let mut transport = pinned(&[&root]);
    let publisher = publisher_at(&server.base());
    let request = Request::new(&publisher, opener());
    let start = Instant::now();
    let answer = block_on(exchange(&mut transport, &request, Millis(200), 99));
    assert_eq!(answer, Err(TransportError::unsent(thrads_core::TransportErrorKind::Timeout)));
    assert!(start.elapsed() < Duration::from_secs(1));
}

/// Plaintexts of a handshake, each a little wrong; `THRADS_FUZZ_SECONDS` says for how long.
#[test]
fn no_plaintext_of_a_handshake_makes_the_device_panic() {
    let root = Authority::root(P256);
    let chain = certificate(&root.server(P256, &[]).chain);
    let proof = message(15, &[4, 3, 0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1]);
    let parts = [extensions(), chain, proof, message(20, &[7; 32]), message(13, &[0, 0, 0])];
    let server = Forger::start(move |_| vec![Say::Record(damaged(&parts)), Say::Finished]);
    let seconds = std::env::var("THRADS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(2));
    let mut transport = pinned(&[&root]);
    let mut rounds = 0;
    while Instant::now() < end {
        ask_at(&mut transport, &server.base()).unwrap_err();
        rounds += 1;
    }
    assert!(rounds > 10, "only {rounds} plaintexts were tried");
    assert_eq!(transport.counts().opened, 0);
}

/// Some of `parts` in some order, with a few bytes changed, cut off or added.
fn damaged(parts: &[Vec<u8>]) -> Vec<u8> {
    let below = |most: usize| usize::try_from(OsRng.next_u32()).unwrap() % most.max(1);
    let mut plaintext: Vec<u8> =
        (0..1 + below(4)).flat_map(|_| parts[below(parts.len())].clone()).collect();
    for _ in 0..below(4) {
        let place = below(plaintext.len());
        match below(3) {
            0 => plaintext[place] = OsRng.next_u32().to_be_bytes()[0],
            1 => plaintext.truncate(place.max(1)),
            _ => plaintext.insert(place, OsRng.next_u32().to_be_bytes()[0]),
        }
    }
    plaintext.push([HANDSHAKE, HANDSHAKE, HANDSHAKE, ALERT, DATA, 0][below(6)]);
    plaintext
}
