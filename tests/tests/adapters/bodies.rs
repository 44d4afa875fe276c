//! Bodies that are too long, or just not (wire contract cases T60 and T62).

use thrads_core::Family;
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use crate::raw::{Answer, Raw, SHOP, bid};
use crate::rig::{Rig, Way, brief};
use crate::talk::{FAMILIES, Talk, eager, generous};

fn an_oversized_body_is_refused_without_being_kept<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    for mib in [2, 64] {
        for family in FAMILIES {
            sandbox.inject(Fault::Oversized(mib), Some(1));
            let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
            assert_eq!(brief(&outcome), "transport TooLarge Maybe");
            assert!(W::kept(&rig.buffer) <= 2 * W::MOST, "{}", W::kept(&rig.buffer));
            let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
            assert_eq!(brief(&outcome), "ad");
        }
    }
    assert_eq!(sandbox.stats().requests, 8);
}

/// An ad's answer of `length` bytes: white space fills it up, where JSON does not mind it.
fn padded(length: usize) -> String {
    let body = bid(SHOP);
    let padding = " ".repeat(length - body.len());
    body + &padding
}

fn the_longest_body_is_read_and_one_byte_more_is_not<W: Way>() {
    for (length, expected) in [(W::MOST, "ad"), (W::MOST + 1, "transport TooLarge Maybe")] {
        let body = padded(length);
        let sized = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
        let chunked = format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        );
        let to_end = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
        for (name, bytes) in [("length", sized), ("chunks", chunked), ("end", to_end)] {
            let server = Raw::start([Answer::last(bytes)]);
            let mut rig = Rig::<W>::at(&server.base(), "k");
            let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
            assert_eq!(brief(&outcome), expected, "{name} {length}");
        }
    }
}

fn a_length_beyond_all_memory_is_refused<W: Way>() {
    for length in ["99999999999", "18446744073709551615", "18446744073709551616", "-1", "x", ""] {
        let bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}", bid(SHOP));
        let server = Raw::start([Answer::last(bytes)]);
        let mut rig = Rig::<W>::at(&server.base(), "k");
        let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        assert!(brief(&outcome).starts_with("transport "), "{length}: {}", brief(&outcome));
        assert_eq!(server.requests().len(), 1);
    }
}

fn a_long_conversation_arrives_whole<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let talk = Talk::of(3000);
    let outcome = rig.turn(&mut eager(Family::Ssp), talk.call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "ad");
    assert!(sandbox.log()[0].body.len() > 400_000);
}

through_both!(
    an_oversized_body_is_refused_without_being_kept,
    the_longest_body_is_read_and_one_byte_more_is_not,
    a_length_beyond_all_memory_is_refused,
    a_long_conversation_arrives_whole,
);
