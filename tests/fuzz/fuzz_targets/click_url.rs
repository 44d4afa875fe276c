//! Any text as a click URL; behind a line break, a tracker beside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use thrads_core::{Ad, Placement, SponsoredMessage, Target, trackers};
use thrads_fuzz::{head_len, is_target};
use url::{Host, Url};

fuzz_target!(|text: &str| {
    let (url, view_url) = match text.split_once('\n') {
        Some((url, view_url)) => (url, Some(view_url)),
        None => (text, None),
    };
    let target = Target::parse(url);
    assert_eq!(target.is_some(), is_target(url), "{url:?}");
    if let Some(target) = target {
        assert_parts(target, url);
        if let Ok(other) = Url::parse(url) {
            assert_agrees(target, &other);
        }
    }
    assert_trackers(url, view_url);
});

fn assert_parts(target: Target<'_>, url: &str) {
    let own = if target.secure { 443 } else { 80 };
    assert!(url.contains(target.authority) && url.contains(target.path));
    assert!(target.authority.starts_with(target.host) && !target.path.contains('#'));
    assert_eq!(target.authority == target.host, target.port == own, "{url:?}");
    let (slash, rest) = target.origin_form();
    assert!(format!("{slash}{rest}").starts_with('/'));
}

/// A browser that takes the URL goes where the core says. It takes fewer hosts than the core (forbidden characters,
/// addresses in brackets that are none), and writes some in another way: lower case, percent and IDNA decoded, and
/// numbers as addresses.
fn assert_agrees(target: Target<'_>, other: &Url) {
    assert_eq!(other.scheme(), if target.secure { "https" } else { "http" });
    assert_eq!(other.port_or_known_default(), Some(target.port));
    assert!(other.username().is_empty() && other.password().is_none());
    let is_loopback = match other.host().expect("both schemes have a host") {
        Host::Domain(host) => {
            let is_written = target.host.is_ascii() && !target.host.contains('%');
            assert!(!is_written || host.eq_ignore_ascii_case(target.host), "{target:?} {host}");
            host == "localhost"
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    assert!(target.secure || is_loopback, "{target:?}");
}

fn assert_trackers(url: &str, view_url: Option<&str>) {
    let ad = message(url, view_url);
    let found = trackers(&ad);
    let (kept, refused) = expected(url, view_url);
    assert_eq!(found.iter().map(|url| url.to_string()).collect::<Vec<_>>(), kept);
    assert_eq!(usize::from(found.refused()), refused);
}

/// Wire contract 4.1, steps 1 to 4: what is kept, and how many are not.
fn expected(url: &str, view_url: Option<&str>) -> (Vec<String>, usize) {
    let whole = url.split('#').next().unwrap_or_default();
    let query = whole.find('?').map_or("", |at| &whole[at + 1..]);
    let inside = ["view_url=", "thrad_view_url="].into_iter().filter_map(|name| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(name))?;
        (!value.is_empty()).then(|| decoded(value))
    });
    let (mut kept, mut refused) = (Vec::new(), 0);
    for url in inside.chain(view_url.map(|url| Some(url.to_owned()))) {
        let is_sent = |url: &String| {
            let is_visible = url.bytes().all(|byte| byte.is_ascii_graphic());
            is_visible && is_target(url) && head_len(url) <= MAX_HEAD_BYTES
        };
        match url.filter(is_sent) {
            Some(url) if kept.contains(&url) => {}
            Some(url) => kept.push(url),
            None => refused += 1,
        }
    }
    (kept, refused)
}

fn decoded(value: &str) -> Option<String> {
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    let is_legal = value.match_indices('%').all(|(at, _)| is_escape(&value[at + 1..]));
    is_legal.then(|| percent_decode_str(value).decode_utf8().ok().map(Into::into))?
}

fn message<'a>(url: &'a str, view_url: Option<&'a str>) -> Ad<&'a str> {
    Ad::SponsoredMessage(SponsoredMessage {
        placement: Placement::Text,
        cpm: None,
        advertiser: None,
        domain: None,
        headline: Some("H"),
        description: None,
        cta_text: None,
        url,
        image_url: None,
        logo_url: None,
        dsp: None,
        bid_id: None,
        view_url,
    })
}

/// No host is as long; the core keeps so much of a tracker while it decodes it.
const MAX_HEAD_BYTES: usize = 288;
