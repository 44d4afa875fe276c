//! Where a call goes, and that it goes nowhere else (wire contract cases T10, T16 and T64).

use std::io::{Read, Write};
use std::net::TcpStream;

use thrads_core::{ConfigError, CountryCode, Device, Family, Geo};
use thrads_sandbox::{Fault, PRODUCTION_KEY, STAGING_KEY};

use crate::raw::{Answer, Raw, SHOP, answer, bid};
use crate::rig::{Rig, Way, brief, offers};
use crate::talk::{FAMILIES, Talk, eager, generous};

const PATHS: [&str; 2] = ["/api/v1/prompt/get-ad/", "/api/v1/ssp/bid-request"];

fn a_slash_at_the_end_of_the_base_is_no_second_slash<W: Way>() {
    let sandbox = generous();
    let base = format!("{}/", sandbox.base_url());
    let mut rig = Rig::<W>::at(&base, PRODUCTION_KEY);
    for family in FAMILIES {
        let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
        assert_eq!(offers(outcome).len(), 1);
    }
    let targets: Vec<_> = sandbox.log().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, PATHS);
}

fn a_path_in_the_base_stays_in_front<W: Way>() {
    for base in ["/thrads", "/thrads/", "/a//b", "/a%2Fb/~c"] {
        let server = Raw::start([Answer::kept(answer("200 OK", &bid(SHOP)))]);
        let mut rig = Rig::<W>::at(&format!("{}{base}", server.base()), "k");
        rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        let expected = format!("POST {}{} HTTP/1.1\r\n", base.trim_end_matches('/'), PATHS[1]);
        assert!(server.requests()[0].starts_with(&expected), "{}", server.requests()[0]);
    }
}

fn no_redirect_is_followed<W: Way>() {
    for status in ["301", "302", "303", "307", "308"] {
        for family in FAMILIES {
            let elsewhere = Raw::start([Answer::last(answer("200 OK", &bid(SHOP)))]);
            let to = elsewhere.base();
            let redirect = format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {to}/api\r\ncontent-length: 0\r\n\r\n"
            );
            let server = Raw::start([Answer::kept(redirect)]);
            let mut rig = Rig::<W>::at(&server.base(), "k");
            let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
            assert_eq!(brief(&outcome), format!("api {status} Unexpected"));
            assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0), "{status}");
        }
    }
}

fn a_redirect_of_the_sandbox_is_not_followed<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    for family in FAMILIES {
        sandbox.inject(Fault::Redirect, Some(1));
        let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
        assert_eq!(brief(&outcome), "api 302 Unexpected");
        let outcome = rig.turn(&mut eager(family), Talk::of(1).call(family, "c"));
        assert_eq!(brief(&outcome), "ad");
    }
    let stats = sandbox.stats();
    assert_eq!((stats.redirect_followed, stats.requests), (0, 4));
}

fn half_a_place_is_a_bad_request<W: Way>() {
    let sandbox = generous();
    let body = r#"{"userId":"u","chatId":"c","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nthrad-api-key: {STAGING_KEY}\r\n\
         user-agent: a\r\nx-forwarded-for: 203.0.113.7\r\nx-user-country: US\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        PATHS[1],
        body.len()
    );
    let mut stream = TcpStream::connect(sandbox.base_url().trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut refusal = Vec::new();
    stream.read_to_end(&mut refusal).unwrap();
    assert!(refusal.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&refusal));
    let replayed = Raw::start([Answer::last(refusal)]);
    let mut rig = Rig::<W>::at(&replayed.base(), "k");
    let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    assert_eq!(brief(&outcome), "api 400 BadRequest");
}

// A place takes all three by its signature; what is left to refuse is one that is empty.
#[test]
fn a_place_without_a_time_zone_cannot_be_made() {
    let country = CountryCode::new("US").unwrap();
    for zone in ["", " ", "Europe/Berlin\r\nx: y", "Zürich"] {
        assert_eq!(Geo::new(country, Device::Mobile, zone), Err(ConfigError::HeaderValue));
    }
}

through_both!(
    a_slash_at_the_end_of_the_base_is_no_second_slash,
    a_path_in_the_base_stays_in_front,
    no_redirect_is_followed,
    a_redirect_of_the_sandbox_is_not_followed,
    half_a_place_is_a_bad_request,
);
