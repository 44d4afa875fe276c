//! Who calls and where: the key, its environment, the endpoints.
//!
//! A helper of `request`. Section 1 of the wire contract.

use crate::error::ConfigError;
use crate::json::utf8::as_text;
use crate::target::is_visible_target;
use core::fmt;
use zeroize::Zeroizing;

/// Bytes that an API key may have. The platform states no length.
pub const MAX_KEY_BYTES: usize = 256;
/// Bytes that a base URL may have.
pub const MAX_BASE_URL_BYTES: usize = 128;

/// The publisher's API key: a secret. It shows as `ApiKey(***)`, is wiped when dropped, is sent in one header to the
/// configured host only, and never to a URL that came in an answer.
pub struct ApiKey {
    bytes: Zeroizing<[u8; MAX_KEY_BYTES]>,
    length: usize,
}

impl ApiKey {
    /// Takes a key, without white space around it: keys from files and environment variables end in a line break.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Key`] if it is empty, longer than [`MAX_KEY_BYTES`], or has bytes outside visible ASCII.
    pub fn new(key: &str) -> Result<Self, ConfigError> {
        let key = key.trim_ascii();
        let mut new = Self { bytes: Zeroizing::new([0; MAX_KEY_BYTES]), length: key.len() };
        let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        match new.bytes.get_mut(..key.len()) {
            Some(place) if !key.is_empty() && is_visible => place.copy_from_slice(key.as_bytes()),
            _ => return Err(ConfigError::Key),
        }
        Ok(new)
    }

    /// The key itself, for the one header it goes into.
    pub fn expose(&self) -> &str {
        as_text(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

impl Clone for ApiKey {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), length: self.length }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ApiKey {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "ApiKey(***)");
    }
}

/// What a key is for. The platform tells a staging key from a production key; the caller says here which it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Test ads that earn nothing; an ad on every request to the SSP.
    #[default]
    Staging,
    /// Live ads that earn; there may be none.
    Production,
}

/// The two APIs of the platform. A key serves the one it was issued for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The older prompt API (E1), by the latest exchange.
    V1,
    /// The bid-request API (E10), by the whole conversation.
    #[default]
    Ssp,
}

/// Where requests of a family go: https with a host, or http to a loopback address.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(heapless::String<MAX_BASE_URL_BYTES>);

impl BaseUrl {
    /// Takes a base URL and strips one `/` from its end; it may have a path.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BaseUrl`] if it breaks the rule for targets, has user information, a query or a fragment, or is
    /// longer than [`MAX_BASE_URL_BYTES`].
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        heapless::String::try_from(Self::check(url)?).map(Self).map_err(|_| ConfigError::BaseUrl)
    }

    /// The same, but for the length, without keeping it.
    pub(crate) fn check(url: &str) -> Result<&str, ConfigError> {
        let url = url.strip_suffix('/').unwrap_or(url);
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@');
        if url.bytes().all(is_plain) && is_visible_target(url) {
            Ok(url)
        } else {
            Err(ConfigError::BaseUrl)
        }
    }

    /// The URL without a `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Where each family is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Base of the v1 API.
    pub v1: BaseUrl,
    /// Base of the SSP.
    pub ssp: BaseUrl,
}

impl Default for Endpoints {
    /// The platform's own: `https://dev.thrads.ai` (production, despite its name) and `https://ssp.thrads.ai`.
    fn default() -> Self {
        let platform = |url| BaseUrl(heapless::String::try_from(url).unwrap_or_default());
        Self { v1: platform("https://dev.thrads.ai"), ssp: platform("https://ssp.thrads.ai") }
    }
}

impl Endpoints {
    /// Both families at one place, such as a sandbox.
    pub fn at(base: BaseUrl) -> Self {
        Self { v1: base.clone(), ssp: base }
    }

    /// The base of `family`.
    pub fn of(&self, family: Family) -> &BaseUrl {
        match family {
            Family::V1 => &self.v1,
            Family::Ssp => &self.ssp,
        }
    }
}

/// Who asks for ads: a key, what it is for, and where it is used. Said once at start.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// The secret.
    pub key: ApiKey,
    /// What the key is for.
    pub environment: Environment,
    /// Where requests go.
    pub endpoints: Endpoints,
}

impl Publisher {
    /// A publisher at the platform's own endpoints.
    pub fn new(key: ApiKey, environment: Environment) -> Self {
        Self { key, environment, endpoints: Endpoints::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_hidden() {
        let key = ApiKey::new("secret-1\n").unwrap();
        assert_eq!(key.expose(), "secret-1");
        assert_eq!(format!("{key:?}"), "ApiKey(***)");
    }

    #[test]
    fn keys_that_no_header_can_carry_are_refused() {
        for key in ["", " \n", "a b\n c", "ключ", &"k".repeat(257)] {
            assert_eq!(ApiKey::new(key).err(), Some(ConfigError::Key));
        }
        assert!(ApiKey::new(&"k".repeat(256)).is_ok());
    }

    #[test]
    fn a_base_url_loses_one_slash() {
        assert_eq!(
            BaseUrl::new("http://127.0.0.1:8080/").unwrap().as_str(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(
            BaseUrl::new("https://proxy.example/thrads/").unwrap().as_str(),
            "https://proxy.example/thrads"
        );
        for url in [
            "http://shop.example",
            "ftp://a.example",
            "",
            "https://a.example?x=1",
            "https://u@a.example",
            "https://",
        ] {
            assert_eq!(BaseUrl::new(url), Err(ConfigError::BaseUrl), "{url}");
        }
    }
}
