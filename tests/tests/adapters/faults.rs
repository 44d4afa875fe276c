//! Each fault of the sandbox becomes an outcome, nothing is repeated, and the next call works.

use thrads_core::{Family, Rate};
use thrads_sandbox::{BadChunks, Fault, PRODUCTION_KEY, Shape};

use crate::rig::{PLENTY, Rig, Way, brief};
use crate::talk::{FAMILIES, Talk, eager, generous};

const SHAPES: [Option<Shape>; 8] = [
    None,
    Some(Shape::Ssp),
    Some(Shape::V1),
    Some(Shape::Detail),
    Some(Shape::DetailList),
    Some(Shape::Error),
    Some(Shape::Html),
    Some(Shape::Empty),
];

/// Meets `fault` with a call of either family, then calls again on the same transport.
fn meets<W: Way>(fault: Fault, expected: impl AsRef<[&'static str]>) {
    for family in FAMILIES {
        let sandbox = generous();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let mut session = eager(family);
        // The first call leaves a connection that the faulty one may be made on.
        for _ in 0..2 {
            let calm = rig.turn(&mut session, Talk::of(1).call(family, "c"));
            assert_eq!(brief(&calm), "ad", "{fault} {family:?}");
        }
        sandbox.inject(fault, Some(1));
        let met = brief(&rig.turn(&mut session, Talk::of(2).call(family, "c")));
        assert!(expected.as_ref().contains(&met.as_str()), "{fault} {family:?}: {met}");
        rig.budget = Rate::new(PLENTY);
        for _ in 0..2 {
            let after = rig.turn(&mut session, Talk::of(3).call(family, "c"));
            assert_eq!(brief(&after), "ad", "after {fault} {family:?}");
        }
        assert_eq!(sandbox.stats().requests, 5, "{fault} {family:?}");
        assert_eq!(session.unsettled(), 0);
    }
}

fn a_short_body_is_incomplete<W: Way>() {
    for fault in
        [Fault::WrongLength(1), Fault::WrongLength(380), Fault::Close(0), Fault::Close(120)]
    {
        meets::<W>(fault, ["transport Incomplete Maybe"]);
    }
}

// reqwless reads neither chunk extensions nor trailers; thrads-embassy's documentation says so.
fn chunk_extensions_are_read_or_refused<W: Way>() {
    meets::<W>(Fault::Chunked, [if W::IS_STD { "ad" } else { "transport Protocol Maybe" }]);
}

fn bad_chunks_are_a_failure_of_the_transport<W: Way>() {
    let expected = ["transport Protocol Maybe", "transport Incomplete Maybe"];
    for how in [BadChunks::NotHex, BadChunks::Huge, BadChunks::NoEnd] {
        meets::<W>(Fault::BadChunks(how), expected);
    }
}

fn no_content_is_no_ad<W: Way>() {
    meets::<W>(Fault::NoContent, ["no_ad"]);
}

fn what_is_no_json_is_malformed<W: Way>() {
    for fault in [Fault::Html, Fault::Empty200, Fault::TruncatedJson] {
        meets::<W>(fault, ["malformed 200"]);
    }
}

// Case T61: neither client says that it takes an encoding.
fn compression_that_nobody_asked_for_is_malformed<W: Way>() {
    meets::<W>(Fault::Gzip, ["malformed 200"]);
    let sandbox = generous();
    Rig::<W>::of(&sandbox, PRODUCTION_KEY)
        .turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert!(!sandbox.log()[0].headers.iter().any(|(name, _)| name == "accept-encoding"));
}

fn error_statuses_have_their_kinds_whatever_their_shape<W: Way>() {
    for (code, kind) in [
        (401, "api 401 Unauthorized"),
        (403, "api 403 Forbidden"),
        (404, "api 404 NotFound"),
        (422, "api 422 BadRequest"),
        (429, "api 429 RateLimited"),
        (500, "api 500 Server"),
        (501, "api 501 NotImplemented"),
        (503, "api 503 Server"),
    ] {
        let shape = SHAPES[usize::from(code) % SHAPES.len()];
        meets::<W>(Fault::Status { code, shape, retry_after: None }, [kind]);
    }
}

fn a_refusal_has_its_kind_in_every_shape<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    for shape in SHAPES {
        for (code, kind) in [(401, "api 401 Unauthorized"), (503, "api 503 Server")] {
            sandbox.inject(Fault::Status { code, shape, retry_after: None }, Some(1));
            let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
            assert_eq!(brief(&outcome), kind, "{shape:?}");
        }
    }
}

through_both!(
    a_short_body_is_incomplete,
    chunk_extensions_are_read_or_refused,
    bad_chunks_are_a_failure_of_the_transport,
    no_content_is_no_ad,
    what_is_no_json_is_malformed,
    compression_that_nobody_asked_for_is_malformed,
    error_statuses_have_their_kinds_whatever_their_shape,
    a_refusal_has_its_kind_in_every_shape,
);
