//! Whose address it is: the socket's, or what a trusted proxy says.
//!
//! Section 3.1 of the wire contract wants the person's own address. Whoever connects can write anything into
//! `X-Forwarded-For`, so it is read from the right, and only as far as the hops are trusted.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The networks that are believed.
pub(crate) struct Proxies(pub(crate) Vec<IpNet>);

impl Proxies {
    /// The first hop that is not trusted, seen from here; the farthest one where all are. `None` where a trusted proxy
    /// forwarded what is no address: then nobody knows.
    pub(crate) fn person(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let mut address = peer.to_canonical();
        for hop in hops(headers).rev() {
            if !self.trusts(address) {
                break;
            }
            address = parse(hop)?.to_canonical();
        }
        Some(address)
    }

    /// Whether somebody between here and the person is not known: the address is then not the person's.
    pub(crate) fn is_hidden(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        hops(headers).next().is_some() && !self.trusts(peer.to_canonical())
    }

    /// Whether the person's own connection is encrypted, as far as a trusted proxy says so.
    pub(crate) fn is_secure(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let says_https = headers.get("x-forwarded-proto").is_some_and(|value| value == "https");
        says_https && self.trusts(peer.to_canonical())
    }

    /// Whether an address is in one of the networks.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    let fields = headers.get_all(FORWARDED_FOR).iter();
    fields.flat_map(|field| field.to_str().unwrap_or("?").split(',').map(str::trim))
}

/// An address, which some proxies write with a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

const FORWARDED_FOR: &str = "x-forwarded-for";

#[cfg(test)]
mod tests {
    use super::*;

    fn person(peer: &str, trusted: &[&str], fields: &[&'static str]) -> Option<String> {
        let proxies = Proxies(trusted.iter().map(|net| net.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(FORWARDED_FOR, field.parse().unwrap());
        }
        proxies.person(peer.parse().unwrap(), &headers).map(|address| address.to_string())
    }

    fn is(peer: &str, trusted: &[&str], fields: &[&'static str], expected: &str) {
        assert_eq!(person(peer, trusted, fields).as_deref(), Some(expected), "{fields:?}");
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        is("198.51.100.9", &[], &["203.0.113.7"], "198.51.100.9");
        is("198.51.100.9", &["10.0.0.0/8"], &["203.0.113.7"], "198.51.100.9");
    }

    #[test]
    fn the_first_untrusted_hop_is_the_person() {
        let trusted = &["10.0.0.0/8", "2001:db8::/32"];
        is("10.0.0.1", trusted, &["203.0.113.7"], "203.0.113.7");
        is("10.0.0.1", trusted, &["203.0.113.7, 10.0.0.2"], "203.0.113.7");
        is("10.0.0.1", trusted, &["6.6.6.6, 203.0.113.7, 10.0.0.2"], "203.0.113.7");
        is("10.0.0.1", trusted, &["6.6.6.6", "203.0.113.7, 2001:db8::1"], "203.0.113.7");
        is("10.0.0.1", trusted, &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
        is("10.0.0.1", trusted, &[], "10.0.0.1");
    }

    #[test]
    fn an_address_may_have_a_port_or_be_mapped() {
        let trusted = &["10.0.0.0/8"];
        is("::ffff:10.0.0.1", trusted, &["203.0.113.7:4711"], "203.0.113.7");
        is("10.0.0.1", trusted, &["[2001:db8::7]:443"], "2001:db8::7");
        is("10.0.0.1", trusted, &["[2001:db8::7]"], "2001:db8::7");
        is("10.0.0.1", trusted, &["::ffff:203.0.113.7"], "203.0.113.7");
    }

    #[test]
    fn what_is_no_address_is_nobodys() {
        for field in ["", "unknown", "203.0.113.7,", "1.2.3", "203.0.113.7\u{e9}"] {
            assert_eq!(person("10.0.0.1", &["10.0.0.0/8"], &[field]), None, "{field}");
        }
        is("10.0.0.1", &["10.0.0.0/8"], &["nonsense, 203.0.113.7"], "203.0.113.7");
    }
}
