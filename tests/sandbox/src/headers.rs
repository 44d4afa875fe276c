//! What header fields must say: the key (wire contract 1.2) and the end user (3.1, 4.2).

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

use crate::config::Config;
use crate::reply::Family;
use crate::switches::{EndUser, Geo, KeyHeaders};
use crate::world::Shared;

/// The key that gets test ads.
pub const STAGING_KEY: &str = "sandbox-staging";
/// The key whose impressions earn.
pub const PRODUCTION_KEY: &str = "sandbox-production";

/// Whose key a call carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Staging,
    Production,
}

impl Key {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Staging => STAGING_KEY,
            Self::Production => PRODUCTION_KEY,
        }
    }
}

/// The key of a call, if it is one this sandbox gave out and stands in the right field.
pub(crate) fn key(config: &Config, family: Family, headers: &HeaderMap) -> Option<Key> {
    let fields: &[&str] = match (config.key_headers, family) {
        (KeyHeaders::Strict, Family::V1) => &["thrads-api-key"],
        (KeyHeaders::Strict, Family::Ssp) => &["thrad-api-key"],
        (KeyHeaders::Any, _) => &["thrads-api-key", "thrad-api-key", "x-thrads-api-key"],
    };
    match fields.iter().find_map(|field| text(headers, field))? {
        STAGING_KEY => Some(Key::Staging),
        PRODUCTION_KEY => Some(Key::Production),
        _ => None,
    }
}

/// Whether the end user is named well enough for a bid or a view ping.
pub(crate) fn check_end_user(config: &Config, headers: &HeaderMap) -> Result<(), &'static str> {
    if config.end_user == EndUser::Optional {
        return Ok(());
    }
    if text(headers, "user-agent").is_none() {
        return Err("User-Agent header is required");
    }
    let address = field(headers, "x-forwarded-for");
    match address.map(|hops| hops.split(',').next().unwrap_or_default().trim().parse::<IpAddr>()) {
        Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err("X-Forwarded-For header is not an IP address"),
        None if config.direct => Ok(()),
        None => Err("X-Forwarded-For header is required"),
    }
}

/// Whether country, device and time zone are all there or all absent, and well formed.
pub(crate) fn check_geo(config: &Config, headers: &HeaderMap) -> Result<(), &'static str> {
    let [country, device, timezone] =
        ["x-user-country", "x-user-device", "x-user-timezone"].map(|name| field(headers, name));
    let count = [country, device, timezone].iter().flatten().count();
    if config.geo == Geo::Trio && count % 3 != 0 {
        return Err("X-User-Country, X-User-Device and X-User-Timezone must be sent together");
    }
    if country.is_some_and(|code| code.len() != 2 || !code.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        return Err("X-User-Country must be an ISO 3166-1 alpha-2 code");
    }
    if device.is_some_and(|device| !matches!(device, "mobile" | "desktop")) {
        return Err("X-User-Device must be mobile or desktop");
    }
    if timezone.is_some_and(str::is_empty) {
        return Err("X-User-Timezone must be an IANA name");
    }
    Ok(())
}

/// Where this sandbox is for whoever sent `headers`, so that URLs work behind a forwarded port.
pub(crate) fn base_url(headers: &HeaderMap, shared: &Shared) -> String {
    let authority = text(headers, header::HOST.as_str()).unwrap_or(&shared.authority);
    format!("{}://{authority}", shared.scheme())
}

/// Where the URLs of ads lead: to this sandbox as well, by the name that the configuration has for it.
pub(crate) fn ads_url(headers: &HeaderMap, shared: &Shared) -> String {
    match &shared.config.ads_at {
        Some(authority) => format!("{}://{authority}", shared.scheme()),
        None => base_url(headers, shared),
    }
}

// Unlike a missing field, one that is blank or no text is a value, and a wrong one.
fn field<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().trim())
}

/// A field's value, if it is there, is text and is not blank.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn takes_each_key_in_its_own_family_only() {
        let sent = headers(&[("thrads-api-key", STAGING_KEY)]);
        let strict = Config::default();
        assert_eq!(key(&strict, Family::V1, &sent), Some(Key::Staging));
        assert_eq!(key(&strict, Family::Ssp, &sent), None);
        let any = Config { key_headers: KeyHeaders::Any, ..strict };
        assert_eq!(key(&any, Family::Ssp, &sent), Some(Key::Staging));
    }

    #[test]
    fn wants_the_geo_fields_as_three() {
        let trio = [
            ("x-user-country", "DE"),
            ("x-user-device", "mobile"),
            ("x-user-timezone", "Europe/Berlin"),
        ];
        let config = Config::default();
        for mask in 0..8_u32 {
            let sent: Vec<_> =
                (0..3).filter(|bit| mask & (1 << bit) != 0).map(|bit| trio[bit]).collect();
            assert_eq!(check_geo(&config, &headers(&sent)).is_ok(), matches!(mask, 0 | 7));
        }
        let loose = Config { geo: Geo::Loose, ..config };
        assert!(check_geo(&loose, &headers(&trio[..1])).is_ok());
        assert!(check_geo(&loose, &headers(&[("x-user-country", "DEU")])).is_err());
        for name in ["x-user-country", "x-user-device", "x-user-timezone"] {
            assert!(check_geo(&loose, &headers(&[(name, " ")])).is_err(), "{name} is blank");
        }
    }

    #[test]
    fn reads_the_first_hop_as_the_user() {
        let check = |fields: &[_], direct| {
            check_end_user(&Config { direct, ..Config::default() }, &headers(fields))
        };
        let agent = ("user-agent", "Kiosk/1.0");
        assert!(check(&[agent, ("x-forwarded-for", "2001:db8::7, 10.0.0.1")], false).is_ok());
        assert!(check(&[agent, ("x-forwarded-for", "kiosk")], false).is_err());
        assert!(check(&[agent, ("x-forwarded-for", "")], true).is_err());
        assert!(check(&[agent], false).is_err() && check(&[agent], true).is_ok());
        assert!(check(&[("x-forwarded-for", "203.0.113.7")], true).is_err());
    }
}
