//! Whether a certificate is for a host: by its alternative names only (RFC 9525 section 6).
//!
//! Under `chain`.

use super::certificate::inside;
use core::net::IpAddr;
use der::asn1::AnyRef;
use der::{Decode, Reader};

/// Whether `names`, a `GeneralNames` sequence, has one for `host`: a DNS name, or an address with or without brackets.
pub(crate) fn has_name(names: &[u8], host: &str) -> bool {
    search(names, host).unwrap_or(false)
}

/// The address that `host` spells, if it is none of a name.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn search(names: &[u8], host: &str) -> der::Result<bool> {
    let ip = address(host);
    let mut reader = inside(AnyRef::from_der(names)?)?;
    let mut is_found = false;
    while !reader.is_finished() {
        let tag = reader.peek_byte();
        let name = AnyRef::decode(&mut reader)?;
        is_found |= match (tag, ip) {
            (Some(DNS_NAME), None) => matches(name.value(), host.as_bytes()),
            (Some(IP_ADDRESS), Some(IpAddr::V4(ip))) => name.value() == ip.octets(),
            (Some(IP_ADDRESS), Some(IpAddr::V6(ip))) => name.value() == ip.octets(),
            _ => false,
        };
    }
    Ok(is_found)
}

/// Whether a DNS name covers `host`, letter case aside. A wildcard is a whole first label, stands for exactly one, and has
/// two labels behind it at least.
fn matches(name: &[u8], host: &[u8]) -> bool {
    let Some(suffix) = name.strip_prefix(b"*.") else {
        return !name.is_empty() && name.eq_ignore_ascii_case(host);
    };
    let Some(dot) = host.iter().position(|byte| *byte == b'.') else { return false };
    let (label, rest) = host.split_at_checked(dot).unwrap_or_default();
    let rest = rest.strip_prefix(b".").unwrap_or_default();
    let is_deep = suffix.contains(&b'.') && !suffix.contains(&b'*');
    is_deep && !label.is_empty() && suffix.eq_ignore_ascii_case(rest)
}

/// `[2] dNSName` and `[7] iPAddress` of `GeneralName`.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_whole_and_without_case() {
        assert!(matches(b"Ads.Example", b"ads.example"));
        for (name, host) in [
            ("ads.example", "bads.example"),
            ("ads.example", "ads.example.evil"),
            ("ads.example\0.evil", "ads.example"),
            ("", ""),
            ("", "ads.example"),
        ] {
            assert!(!matches(name.as_bytes(), host.as_bytes()), "{name} {host}");
        }
    }

    #[test]
    fn a_wildcard_is_one_whole_first_label() {
        assert!(matches(b"*.ads.example", b"eu.ads.example"));
        for (name, host) in [
            ("*.ads.example", "ads.example"),
            ("*.ads.example", ".ads.example"),
            ("*.ads.example", "a.b.ads.example"),
            ("*.example", "ads.example"),
            ("e*.ads.example", "eu.ads.example"),
            ("*.*.example", "a.b.example"),
            ("*", "example"),
        ] {
            assert!(!matches(name.as_bytes(), host.as_bytes()), "{name} {host}");
        }
    }

    #[test]
    fn addresses_match_addresses_only() {
        let v4 = [0x30, 6, IP_ADDRESS, 4, 127, 0, 0, 1];
        assert!(has_name(&v4, "127.0.0.1"));
        assert!(!has_name(&v4, "127.0.0.2"));
        let text = [&[0x30, 11, DNS_NAME, 9][..], b"127.0.0.1"].concat();
        assert!(!has_name(&text, "127.0.0.1"));
    }

    #[test]
    fn names_that_end_early_match_nothing() {
        assert!(!has_name(&[0x30, 7, IP_ADDRESS, 4, 127, 0, 0, 1, DNS_NAME], "127.0.0.1"));
    }
}
