//! An answer that is cut at any byte is an outcome, never a panic or a hang (wire contract case T58).

use thrads_core::{Family, Session};
use thrads_sandbox::{Fault, PRODUCTION_KEY};

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{Rig, Way, brief};
use crate::talk::{Talk, eager, generous};

/// Asks as the families take turns.
fn ask<W: Way>(rig: &mut Rig<W>, session: &mut Session) -> String {
    let family = if session.turn().is_multiple_of(2) { Family::Ssp } else { Family::V1 };
    brief(&rig.turn(session, Talk::of(1).call(family, "c")))
}

fn cut_before_its_last_byte_it_is_incomplete<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    for bytes in (0..300).chain((300..600).step_by(13)) {
        sandbox.inject(Fault::Close(bytes), Some(1));
        let outcome = ask(&mut rig, &mut session);
        assert_eq!(outcome, "transport Incomplete Maybe", "{bytes}");
        if bytes % 16 == 0 {
            assert_eq!(ask(&mut rig, &mut session), "ad", "after {bytes}");
        }
    }
    let log = sandbox.log();
    assert_eq!(rig.attempts().len(), log.len(), "a call was repeated");
}

fn cut_after_its_last_byte_it_is_an_ad<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut session = eager(Family::Ssp);
    sandbox.inject(Fault::Close(1 << 20), Some(1));
    assert_eq!(ask(&mut rig, &mut session), "ad");
    assert_eq!(ask(&mut rig, &mut session), "ad");
}

fn cut_anywhere_in_its_chunks_it_is_incomplete<W: Way>() {
    let body = bid(SHOP);
    let (one, two) = body.split_at(20);
    let whole = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{one}\r\n{:X}\r\n{two}\r\n0\r\n\r\n",
        two.len()
    );
    let cuts: Vec<_> = (40..80).chain(whole.len() - 12..whole.len()).collect();
    let answers: Vec<_> = cuts.iter().map(|&cut| Answer::last(&whole.as_bytes()[..cut])).collect();
    let server = Raw::start(answers);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    let mut session = eager(Family::Ssp);
    for cut in cuts {
        let outcome = brief(&rig.turn(&mut session, Talk::of(1).call(Family::Ssp, "c")));
        assert_eq!(outcome, "transport Incomplete Maybe", "{cut} of {}", whole.len());
    }
}

fn heads_that_are_damaged_are_outcomes<W: Way>() {
    let good = answer("200 OK", &bid(SHOP));
    let head = good.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let damages = [0, b' ', b'\r', b'\n', b':', b'9', 0x80, 0xff];
    let damaged: Vec<_> = (0..head)
        .map(|at| {
            let mut bytes = good.clone();
            bytes[at] = damages[at % damages.len()];
            Answer::last(bytes)
        })
        .collect();
    let count = damaged.len();
    let server = Raw::start(damaged);
    let mut rig = Rig::<W>::at(&server.base(), "k").timeout(std::time::Duration::from_millis(400));
    for at in 0..count {
        let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        let outcome = brief(&outcome);
        assert!(outcome == "ad" || !outcome.contains("Timeout"), "{at}: {outcome}");
    }
    // One that goes out just as the server closes is lost; none is repeated.
    assert!(server.requests().len() <= count);
}

through_both!(
    cut_before_its_last_byte_it_is_incomplete,
    cut_after_its_last_byte_it_is_an_ad,
    cut_anywhere_in_its_chunks_it_is_incomplete,
    heads_that_are_damaged_are_outcomes,
);
