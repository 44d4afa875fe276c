//! The rule for targets, a second time: https with a host, or http to a loopback address (wire contract 4.1, T45).

use std::net::Ipv4Addr;

/// Whether `url` keeps the rule.
pub fn is_target(url: &str) -> bool {
    let spaced = |character: char| character.is_whitespace() || character.is_control();
    let Some((secure, rest)) = scheme(url) else { return false };
    let authority: String =
        rest.chars().take_while(|&character| !ends_authority(character)).collect();
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => authority.split_at(colon),
        _ => (authority.as_str(), ":"),
    };
    let has_port = port == ":" || port[1..].parse::<u16>().is_ok() && !port.contains('+');
    // Brackets are an IPv6 address's, and nobody else's.
    let has_host = match host.strip_prefix('[') {
        Some(address) => address
            .strip_suffix(']')
            .is_some_and(|address| !address.is_empty() && !address.contains(['[', ']'])),
        None => !host.is_empty() && !host.contains([':', '[', ']']),
    };
    let has_decoy = authority.contains('@') || authority.contains('\\');
    !url.contains(spaced) && has_host && has_port && !has_decoy && (secure || is_loopback(host))
}

/// Bytes of scheme and authority with the character behind them, which the core limits in a URL with escapes.
pub fn head_len(url: &str) -> usize {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..].find(ends_authority).map_or(url.len(), |end| start + end + 1)
}

fn scheme(url: &str) -> Option<(bool, &str)> {
    [("https://", true), ("http://", false)].into_iter().find_map(|(scheme, secure)| {
        let is_scheme = url.get(..scheme.len())?.to_ascii_lowercase() == scheme;
        is_scheme.then(|| (secure, &url[scheme.len()..]))
    })
}

fn ends_authority(character: char) -> bool {
    "/?#".contains(character)
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<Ipv4Addr>();
    host == "[::1]"
        || host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.is_loopback())
}
