//! What a device is provisioned with: one small JSON file, without the key.
//!
//! At the end of the pipeline, for programs that set it up. Read and written by serde-json-core on a device; a server's
//! serde_json reads and writes the same text.

use crate::config::{BaseUrl, Endpoints, Environment, Family, MAX_BASE_URL_BYTES};
use crate::error::ConfigError;
use crate::pacing::{DEFAULT_LIMIT, Enforcement, Policy};
use crate::request::{BufferTooSmall, CountryCode, EndUser, HeaderText, UserAgent};
use heapless::string::StringView;
use serde_json_core::str::{EscapedStr, EscapedStringFragment};

/// Bytes that a User-Agent in [`Settings`] may have.
pub const MAX_USER_AGENT_BYTES: usize = 128;
/// Bytes that a language list in [`Settings`] may have.
pub const MAX_ACCEPT_LANGUAGE_BYTES: usize = 64;

/// Settings of a device. Members that the file leaves out take their default; one that this version does not know makes
/// the file refused, so that a misspelt one is noticed.
///
/// ```
/// use thrads_core::{Family, Policy, Settings};
///
/// let file = br#"{"user_agent":"kiosk/1.0","environment":"production","family":"ssp",
///     "policy":{"enforcement":"device","offset":3,"frequency":5},"country":"DE"}"#;
/// let settings = Settings::from_json(file)?;
/// assert_eq!(settings.policy, Policy::device(3, 5));
/// assert_eq!(settings.endpoints().of(Family::Ssp).as_str(), "https://ssp.thrads.ai");
///
/// let mut text = [0; 512];
/// let length = settings.to_json(&mut text).unwrap();
/// assert_eq!(Settings::from_json(&text[..length])?, settings);
/// # Ok::<(), thrads_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the key is for.
    #[serde(default)]
    pub environment: Environment,
    /// The API that is called.
    #[serde(default)]
    pub family: Family,
    /// How ads are spaced.
    #[serde(default)]
    pub policy: Policy,
    /// Requests a second that the key may make, over all devices that share it.
    #[serde(default = "default_limit")]
    pub limit: u32,
    #[serde(default)]
    base_url: Option<heapless::String<MAX_BASE_URL_BYTES>>,
    #[serde(default)]
    relay: Option<heapless::String<MAX_BASE_URL_BYTES>>,
    user_agent: heapless::String<MAX_USER_AGENT_BYTES>,
    #[serde(default)]
    accept_language: Option<heapless::String<MAX_ACCEPT_LANGUAGE_BYTES>>,
    #[serde(default)]
    country: Option<heapless::String<2>>,
}

impl Settings {
    /// Reads a provisioning file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Settings`] if it is not JSON of this form, has a member that is not known, or lacks `user_agent`;
    /// [`ConfigError::BaseUrl`], [`ConfigError::UserAgent`], [`ConfigError::HeaderValue`] and
    /// [`ConfigError::CountryCode`] if the member holds what the type of that name refuses.
    pub fn from_json(file: &[u8]) -> Result<Self, ConfigError> {
        let (read, length) =
            serde_json_core::from_slice(file).map_err(|_| ConfigError::Settings)?;
        if !file.get(length..).unwrap_or_default().trim_ascii().is_empty() {
            return Err(ConfigError::Settings);
        }
        let settings = Self::of(&read)?;
        for url in [&settings.base_url, &settings.relay].into_iter().flatten() {
            BaseUrl::check(url)?;
        }
        settings.checked_end_user()?;
        settings.country.as_deref().map(CountryCode::new).transpose()?;
        Ok(settings)
    }

    #[inline(never)]
    fn of(file: &File<'_>) -> Result<Self, ConfigError> {
        let &File { policy: FilePolicy { enforcement, offset, frequency }, limit, .. } = file;
        let mut settings = Self {
            environment: named(file.environment, &ENVIRONMENTS)?,
            family: named(file.family, &FAMILIES)?,
            policy: Policy { enforcement: named(enforcement, &ENFORCEMENTS)?, offset, frequency },
            limit,
            base_url: file.base_url.map(|_| heapless::String::new()),
            relay: file.relay.map(|_| heapless::String::new()),
            user_agent: heapless::String::new(),
            accept_language: file.accept_language.map(|_| heapless::String::new()),
            country: file.country.map(|_| heapless::String::new()),
        };
        undo(Some(file.user_agent), Some(&mut settings.user_agent))?;
        undo(file.base_url, settings.base_url.as_mut().map(|text| text.as_mut_view()))?;
        undo(file.relay, settings.relay.as_mut().map(|text| text.as_mut_view()))?;
        undo(
            file.accept_language,
            settings.accept_language.as_mut().map(|text| text.as_mut_view()),
        )?;
        undo(file.country, settings.country.as_mut().map(|text| text.as_mut_view()))?;
        Ok(settings)
    }

    /// Writes the file to the front of `buffer` and returns its length; 1,152 bytes are always enough.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with `buffer` partly written.
    pub fn to_json(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        serde_json_core::to_slice(self, buffer)
            .map_err(|_| BufferTooSmall { needed: MAX_FILE_BYTES })
    }

    /// Where requests go: the file's base URL for both families, else the platform's own.
    pub fn endpoints(&self) -> Endpoints {
        let base = self.base_url.as_deref().and_then(|url| BaseUrl::new(url).ok());
        base.map_or_else(Endpoints::default, Endpoints::at)
    }

    /// The publisher's own server, which takes reports on to hosts that the device cannot reach safely itself.
    pub fn relay(&self) -> Option<BaseUrl> {
        BaseUrl::new(self.relay.as_deref()?).ok()
    }

    /// The device as the platform is told of it; `None` only for settings that were not read from a file.
    pub fn end_user(&self) -> Option<EndUser<'_>> {
        self.checked_end_user().ok()
    }

    /// Where the device stands, which the v1 API must be told.
    pub fn country(&self) -> Option<CountryCode> {
        CountryCode::new(self.country.as_deref()?).ok()
    }

    fn checked_end_user(&self) -> Result<EndUser<'_>, ConfigError> {
        let user_agent = UserAgent::new(&self.user_agent)?;
        let accept_language = self.accept_language.as_deref().map_or(Ok(None), HeaderText::new)?;
        Ok(EndUser::ThisDevice { user_agent, accept_language })
    }
}

/// [`Settings`] as they stand in a file, their texts with escapes. What is made of a text is made here, since code that
/// serde-json-core is given for each type of its own takes twice the flash and the stack.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'f> {
    #[serde(default = "default_environment", borrow)]
    environment: EscapedStr<'f>,
    #[serde(default = "default_family")]
    family: EscapedStr<'f>,
    #[serde(default = "default_policy")]
    policy: FilePolicy<'f>,
    #[serde(default = "default_limit")]
    limit: u32,
    #[serde(default)]
    base_url: Option<EscapedStr<'f>>,
    #[serde(default)]
    relay: Option<EscapedStr<'f>>,
    user_agent: EscapedStr<'f>,
    #[serde(default)]
    accept_language: Option<EscapedStr<'f>>,
    #[serde(default)]
    country: Option<EscapedStr<'f>>,
}

/// [`Policy`] as it stands in a file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePolicy<'f> {
    #[serde(borrow)]
    enforcement: EscapedStr<'f>,
    offset: Option<u8>,
    frequency: Option<u8>,
}

/// What has this name.
fn named<T: Copy>(name: EscapedStr<'_>, names: &[(&str, T)]) -> Result<T, ConfigError> {
    let known = names.iter().find(|(known, _)| *known == name.0);
    known.map(|(_, value)| *value).ok_or(ConfigError::Settings)
}

/// Puts a text without its escapes into its place, which is empty.
fn undo(text: Option<EscapedStr<'_>>, place: Option<&mut StringView>) -> Result<(), ConfigError> {
    let (Some(text), Some(place)) = (text, place) else { return Ok(()) };
    text.fragments()
        .try_for_each(|fragment| match fragment.ok()? {
            EscapedStringFragment::NotEscaped(plain) => place.push_str(plain).ok(),
            EscapedStringFragment::Escaped(character) => place.push(character).ok(),
        })
        .ok_or(ConfigError::Settings)
}

const fn default_environment() -> EscapedStr<'static> {
    EscapedStr("staging")
}

const fn default_family() -> EscapedStr<'static> {
    EscapedStr("ssp")
}

const fn default_policy() -> FilePolicy<'static> {
    FilePolicy { enforcement: EscapedStr("server"), offset: None, frequency: None }
}

const fn default_limit() -> u32 {
    DEFAULT_LIMIT
}

const ENVIRONMENTS: [(&str, Environment); 2] =
    [("staging", Environment::Staging), ("production", Environment::Production)];
const FAMILIES: [(&str, Family); 2] = [("v1", Family::V1), ("ssp", Family::Ssp)];
const ENFORCEMENTS: [(&str, Enforcement); 3] = [
    ("server", Enforcement::Server),
    ("device", Enforcement::Device),
    ("shadow", Enforcement::Shadow),
];

/// The longest file that [`Settings::to_json`] writes, with every byte of text escaped.
const MAX_FILE_BYTES: usize = 1152;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_odd_is_refused_with_its_reason() {
        let cases = [
            ("{}", ConfigError::Settings),
            ("{\"user_agent\":\"k\"", ConfigError::Settings),
            ("{\"user_agent\":\"k\"}x", ConfigError::Settings),
            ("{\"user_agent\":\"k\",\"api_key\":\"secret\"}", ConfigError::Settings),
            ("{\"user_agent\":\"\"}", ConfigError::UserAgent),
            ("{\"user_agent\":\"k\\n\"}", ConfigError::UserAgent),
            ("{\"user_agent\":\"k\",\"base_url\":\"http://shop.example\"}", ConfigError::BaseUrl),
            ("{\"user_agent\":\"k\",\"relay\":\"http://shop.example\"}", ConfigError::BaseUrl),
            ("{\"user_agent\":\"k\",\"country\":\"D1\"}", ConfigError::CountryCode),
            ("{\"user_agent\":\"k\",\"policy\":{\"offset\":256}}", ConfigError::Settings),
        ];
        for (file, error) in cases {
            assert_eq!(Settings::from_json(file.as_bytes()), Err(error), "{file}");
        }
    }

    #[test]
    fn serde_json_reads_what_a_device_writes_and_the_other_way_round() {
        let file = b"{\"user_agent\":\"kiosk \\\"1\\\"\",\"base_url\":\"https:\\/\\/proxy.example\\/t\",\"relay\":\"https://shop.example/relay\",\"accept_language\":\"de\",\"limit\":7}\n";
        let settings = Settings::from_json(file).unwrap();
        let mut text = [0; 512];
        let length = settings.to_json(&mut text).unwrap();
        assert_eq!(serde_json::from_slice::<Settings>(&text[..length]).unwrap(), settings);
        assert_eq!(Settings::from_json(&serde_json::to_vec(&settings).unwrap()), Ok(settings));
    }
    #[test]
    fn every_choice_is_named_as_serde_names_it_and_what_is_left_out_is_the_default() {
        let least = Settings::from_json(b"{\"user_agent\":\"k\"}").unwrap();
        assert_eq!(serde_json::from_str::<Settings>("{\"user_agent\":\"k\"}").unwrap(), least);
        for (_, environment) in ENVIRONMENTS {
            for (_, family) in FAMILIES {
                for (_, enforcement) in ENFORCEMENTS {
                    let policy = Policy { enforcement, ..Policy::device(0, 255) };
                    let settings = Settings { environment, family, policy, ..least.clone() };
                    let file = serde_json::to_vec(&settings).unwrap();
                    assert_eq!(Settings::from_json(&file), Ok(settings));
                }
            }
        }
        let misspelt = b"{\"user_agent\":\"k\",\"family\":\"SSP\"}";
        assert_eq!(Settings::from_json(misspelt), Err(ConfigError::Settings));
    }
}
