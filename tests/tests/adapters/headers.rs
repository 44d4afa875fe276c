//! Which fields a request has, and which it never has (wire contract case T19).

use thrads_core::{Call, CountryCode, Device, EndUser, Family, Geo, HeaderText};
use thrads_sandbox::{PRODUCTION_KEY, Recorded};

use crate::raw::{Answer, Raw, SHOP, bid};
use crate::rig::{Rig, Way, offers};
use crate::talk::{ADDRESS, AGENT, FAMILIES, Talk, eager, end_user, generous, prompt};

/// Fields that the client may send besides those that section 8 of the contract leaves out.
const KNOWN: &[&str] = &[
    "accept-language",
    "content-length",
    "content-type",
    "thrad-api-key",
    "thrads-api-key",
    "user-agent",
    "x-forwarded-for",
    "x-user-city",
    "x-user-country",
    "x-user-device",
    "x-user-region",
    "x-user-timezone",
];
const UNCOMPARED: &[&str] = &["accept", "connection", "host"];

fn places<'a>(seen: &'a Recorded, needle: &str) -> Vec<&'a str> {
    let fields = seen.headers.iter().filter(|(_, value)| value.contains(needle));
    let mut places: Vec<_> = fields.map(|(name, _)| name.as_str()).collect();
    places.extend(seen.target.contains(needle).then_some("target"));
    places.extend(String::from_utf8_lossy(&seen.body).contains(needle).then_some("body"));
    places
}

fn value<'a>(seen: &'a Recorded, name: &str) -> Option<&'a str> {
    let mut found = seen.headers.iter().filter(|(field, _)| field == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} twice");
    value
}

fn nothing_is_sent_that_is_not_known_and_nothing_twice<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    for family in FAMILIES {
        rig.turn(&mut eager(family), Talk::of(2).call(family, "c"));
    }
    let talk = Talk::of(1);
    let served = rig.turn(&mut eager(Family::Ssp), talk.call(Family::Ssp, "c"));
    rig.report(offers(served).remove(0).impression, end_user());
    let log = sandbox.log();
    assert_eq!(log.len(), 5);
    for seen in log {
        for (name, _) in &seen.headers {
            let is_known = KNOWN.iter().chain(UNCOMPARED).any(|known| known == name);
            assert!(is_known, "{name} on {}", seen.target);
            value(&seen, name);
        }
        let host = sandbox.base_url().trim_start_matches("http://").to_owned();
        assert_eq!(value(&seen, "host"), Some(host.as_str()));
    }
}

fn the_key_is_in_one_field_of_calls_and_nowhere_in_pings<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let talk = Talk::of(1);
    rig.turn(&mut eager(Family::V1), talk.call(Family::V1, "c"));
    let served = rig.turn(&mut eager(Family::Ssp), talk.call(Family::Ssp, "c"));
    rig.report(offers(served).remove(0).impression, end_user());
    let log = sandbox.log();
    let places: Vec<_> = log.iter().map(|seen| places(seen, PRODUCTION_KEY)).collect();
    assert_eq!(places, [&["thrads-api-key"][..], &["thrad-api-key"], &[], &[]]);
}

fn v1_has_no_agent_of_the_librarys_and_takes_the_persons<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    rig.turn(&mut eager(Family::V1), Call::Prompt(prompt("c")));
    rig.turn(&mut eager(Family::V1), Call::Prompt(prompt("c").end_user(end_user())));
    let log = sandbox.log();
    assert_eq!(value(&log[0], "user-agent"), None);
    assert_eq!(value(&log[1], "user-agent"), Some(AGENT));
    assert_eq!(value(&log[1], "x-forwarded-for"), None);
}

fn the_person_and_place_go_out_as_given<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let geo = Geo::new(CountryCode::new("de").unwrap(), Device::Mobile, "Europe/Berlin").unwrap();
    let geo = geo.place(Some("BE"), Some("Berlin (Mitte), \"K\u{31}\"")).unwrap();
    let EndUser::Forwarded { ip, user_agent, .. } = end_user() else { unreachable!() };
    let accept_language = HeaderText::new("de-DE,de;q=0.9").unwrap();
    let user = EndUser::Forwarded { ip, user_agent, accept_language, geo: Some(geo) };
    let messages = [
        thrads_core::Message { role: thrads_core::Role::User, content: "a", timestamp: None },
        thrads_core::Message { role: thrads_core::Role::Assistant, content: "b", timestamp: None },
    ];
    let conversation = thrads_core::Conversation::new(&messages).unwrap();
    let bid = thrads_core::BidRequest::contextual("u", "c", conversation, user).unwrap();
    assert_eq!(offers(rig.turn(&mut eager(Family::Ssp), Call::Bid(bid))).len(), 1);
    let log = sandbox.log();
    for (name, expected) in [
        ("x-forwarded-for", ADDRESS),
        ("user-agent", AGENT),
        ("accept-language", "de-DE,de;q=0.9"),
        ("x-user-country", "de"),
        ("x-user-device", "mobile"),
        ("x-user-timezone", "Europe/Berlin"),
        ("x-user-region", "BE"),
        ("x-user-city", "Berlin (Mitte), \"K1\""),
    ] {
        assert_eq!(value(&log[0], name), Some(expected));
    }
}

fn a_cookie_is_not_brought_back<W: Way>() {
    let body = bid(SHOP);
    let cookie = format!(
        "HTTP/1.1 200 OK\r\nset-cookie: id=1; Path=/\r\nwww-authenticate: Basic\r\n\
         alt-svc: h3=\":443\"\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = Raw::start([Answer::kept(cookie)]);
    let mut rig = Rig::<W>::at(&server.base(), "k");
    for _ in 0..2 {
        let outcome = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        assert_eq!(offers(outcome).len(), 1);
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
    for name in ["cookie:", "authorization:", "origin:", "referer:", "accept-encoding:"] {
        assert!(!requests[1].to_lowercase().contains(name), "{name}");
    }
}

through_both!(
    nothing_is_sent_that_is_not_known_and_nothing_twice,
    the_key_is_in_one_field_of_calls_and_nowhere_in_pings,
    v1_has_no_agent_of_the_librarys_and_takes_the_persons,
    the_person_and_place_go_out_as_given,
    a_cookie_is_not_brought_back,
);
