//! Connections that are not made, or break: told apart, and no call repeated (wire contract case T65).

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use thrads_core::{Family, Sent, TransportErrorKind};
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{Rig, Way, brief};
use crate::talk::{FAMILIES, Talk, eager, generous};

fn a_refused_connection_is_unsent_and_the_next_call_works<W: Way>() {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = eager(family);
        for warm in [false, true] {
            sandbox.inject(Fault::Refuse(Duration::from_secs(60)), Some(1));
            rig.rest();
            let refused = brief(&rig.turn(&mut session, Talk::of(1).call(family, "c")));
            assert_eq!(refused, "transport Connect No", "warm: {warm}");
            sandbox.clear_faults();
            let outcome = rig.turn(&mut session, Talk::of(1).call(family, "c"));
            assert_eq!(brief(&outcome), "ad");
        }
        assert_eq!(sandbox.stats().requests, 2);
        assert_eq!(rig.attempts().len(), 4);
    }
}

fn a_port_that_nobody_listens_on_is_connect<W: Way>() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let mut rig = Rig::<W>::at(&format!("http://{free}"), "k");
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "transport Connect No");
}

// thrads-embassy has no TLS with the type for tests, and sends nothing in the clear instead.
fn a_server_without_tls_gets_nothing_of_a_call<W: Way>() {
    let server = Raw::start([Answer::last(answer("200 OK", &bid(SHOP)))]);
    let base = server.base().replace("http:", "https:");
    let mut rig = Rig::<W>::at(&base, "k").timeout(Duration::from_millis(500));
    let outcome = brief(&rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c")));
    assert!(!server.requests().concat().contains("bid-request"));
    match W::IS_STD {
        // The server waits for the end of a head, so the handshake may also be late.
        true => assert!(outcome == "transport Tls No" || outcome.contains("Timeout"), "{outcome}"),
        false => assert_eq!((outcome.as_str(), server.connections()), ("transport Target No", 0)),
    }
}

fn a_server_that_answers_a_handshake_in_plain_text_is_tls<W: Way>() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read(&mut [0; 1024]);
    });
    if W::IS_STD {
        let mut rig = Rig::<W>::at(&base, "k");
        let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&outcome), "transport Tls No");
    } else {
        drop(std::net::TcpStream::connect(base.trim_start_matches("https://")));
    }
    server.join().unwrap();
}

// No resolver is asked for a label of this length.
fn a_name_that_nobody_can_have_is_unsent<W: Way>() {
    let mut rig = Rig::<W>::at(&format!("https://{}.example", "a".repeat(64)), "k");
    let outcome = brief(&rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c")));
    let expected = ["transport Dns No", "transport Connect No", "transport Target No"];
    assert!(expected.contains(&outcome.as_str()), "{outcome}");
}

fn localhost_is_found_by_name<W: Way>() {
    let sandbox = generous();
    let mut rig =
        Rig::<W>::at(&sandbox.base_url().replace("127.0.0.1", "localhost"), PRODUCTION_KEY);
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
}

fn a_kept_connection_that_closes_under_a_call_repeats_nothing<W: Way>() {
    let served = answer("200 OK", &bid(SHOP));
    for lost in ["", "HTTP/1.1 200 OK\r\ncontent-le"] {
        let answers = [Answer::kept(served.clone()), Answer::last(lost), Answer::kept(&*served)];
        let server = Raw::start(answers);
        let mut rig = Rig::<W>::at(&server.base(), "k");
        let mut session = eager(Family::Ssp);
        let outcomes: Vec<_> = (0..4)
            .map(|_| brief(&rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"))))
            .collect();
        assert_eq!(outcomes, ["ad", "transport Incomplete Maybe", "ad", "ad"]);
        assert_eq!(server.requests().len(), 4);
    }
}

fn a_connection_closed_between_calls_is_not_noticed<W: Way>() {
    let server = Raw::start([Answer::last(answer("200 OK", &bid(SHOP)))]);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let mut session = eager(Family::Ssp);
    for call in 0..8 {
        let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&outcome), "ad", "call {call}");
        rig.rest();
    }
    assert_eq!(server.requests().len(), 8);
}

// As in a program without a runtime of its own that blocks on each ask: nothing runs in between.
fn a_connection_closed_while_nobody_looked_costs_no_ask<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    for _ in 0..2 {
        let outcome = rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(brief(&outcome), "ad");
        sandbox.inject(Fault::Refuse(Duration::from_secs(60)), Some(1));
        sandbox.clear_faults();
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn an_early_refusal_of_a_long_call_is_an_outcome<W: Way>() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 256]);
        let _ = stream.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
    });
    let mut rig = Rig::<W>::at(&base, "k");
    let talk = Talk::of(10_000);
    let outcome = rig.turn(&mut eager(Family::Ssp), talk.call(Family::Ssp, "c"));
    assert_eq!(outcome.code(), "failed");
    let attempts = rig.attempts();
    assert_eq!(attempts.len(), 1);
    if let Err(error) = attempts[0] {
        assert_eq!(error.sent, Sent::Maybe);
        assert_ne!(error.kind, TransportErrorKind::Timeout);
    }
}

through_both!(
    a_refused_connection_is_unsent_and_the_next_call_works,
    a_port_that_nobody_listens_on_is_connect,
    a_server_without_tls_gets_nothing_of_a_call,
    a_server_that_answers_a_handshake_in_plain_text_is_tls,
    a_name_that_nobody_can_have_is_unsent,
    localhost_is_found_by_name,
    a_kept_connection_that_closes_under_a_call_repeats_nothing,
    a_connection_closed_between_calls_is_not_noticed,
    a_connection_closed_while_nobody_looked_costs_no_ask,
    an_early_refusal_of_a_long_call_is_an_outcome,
);
