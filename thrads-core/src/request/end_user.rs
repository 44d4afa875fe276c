//! The person an ad is for, as the platform's headers tell of them.
//!
//! Part of `request`. Section 3.1 of the wire contract.

use super::ip::is_address;
use crate::error::ConfigError;
use crate::json::utf8::as_text;

/// Whom a request speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndUser<'a> {
    /// A server speaks for a person elsewhere and forwards what it knows of them.
    Forwarded {
        /// The person's own address, never the server's (`X-Forwarded-For`).
        ip: Ip<'a>,
        /// The person's own User-Agent, unchanged.
        user_agent: UserAgent<'a>,
        /// The person's `Accept-Language`, from which the platform takes the language it cannot tell otherwise.
        accept_language: Option<HeaderText<'a>>,
        /// Where the person is; saves the platform a look-up by address.
        geo: Option<Geo<'a>>,
    },
    /// A device speaks for the person in front of it: its connection gives its address, so nothing is forwarded.
    ThisDevice {
        /// What the device calls itself.
        user_agent: UserAgent<'a>,
        /// The language the device speaks with the person.
        accept_language: Option<HeaderText<'a>>,
    },
}

impl<'a> EndUser<'a> {
    /// A person elsewhere, of whom only the two required values are known.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Ip`] and [`ConfigError::UserAgent`], as the types say.
    pub fn forwarded(ip: &'a str, user_agent: &'a str) -> Result<Self, ConfigError> {
        let (ip, user_agent) = (Ip::new(ip)?, UserAgent::new(user_agent)?);
        Ok(Self::Forwarded { ip, user_agent, accept_language: None, geo: None })
    }

    /// The device itself.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserAgent`], as the type says.
    pub fn this_device(user_agent: &'a str) -> Result<Self, ConfigError> {
        Ok(Self::ThisDevice { user_agent: UserAgent::new(user_agent)?, accept_language: None })
    }

    /// What may go without telling where the person is.
    pub(super) fn without_geo(mut self) -> Self {
        if let Self::Forwarded { geo, .. } = &mut self {
            *geo = None;
        }
        self
    }

    /// What the places that an answer names are told.
    pub(super) fn without_language_and_geo(mut self) -> Self {
        match &mut self {
            Self::Forwarded { accept_language, geo, .. } => (*accept_language, *geo) = (None, None),
            Self::ThisDevice { accept_language, .. } => *accept_language = None,
        }
        self
    }

    pub(super) fn user_agent(&self) -> UserAgent<'a> {
        match *self {
            Self::Forwarded { user_agent, .. } | Self::ThisDevice { user_agent, .. } => user_agent,
        }
    }

    /// The value of a field by its place among the header fields: address, User-Agent, five of where they are, language.
    pub(super) fn field(&self, index: usize) -> Option<&str> {
        let (ip, user_agent, language, geo) = match self {
            Self::Forwarded { ip, user_agent, accept_language, geo } => {
                (Some(ip), user_agent, accept_language, geo.as_ref())
            }
            Self::ThisDevice { user_agent, accept_language } => {
                (None, user_agent, accept_language, None)
            }
        };
        let text = match index {
            0 => return ip.map(|ip| ip.as_str()),
            1 => return Some(user_agent.as_str()),
            2 => return geo.map(|geo| geo.country.as_str()),
            3 => return geo.map(|geo| geo.device.as_str()),
            4 => Some(geo?.timezone),
            5 => geo?.region,
            6 => geo?.city,
            _ => *language,
        };
        text.map(HeaderText::as_str)
    }
}

/// An IPv4 or IPv6 address, as its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip<'a>(&'a str);

impl<'a> Ip<'a> {
    /// Takes an address without port, zone or brackets.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Ip`] if it is none.
    pub fn new(ip: &'a str) -> Result<Self, ConfigError> {
        if is_address(ip) { Ok(Self(ip)) } else { Err(ConfigError::Ip) }
    }

    /// The address as it was given.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// A User-Agent: visible ASCII, spaces and tabs, not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UserAgent<'a>(&'a str);

impl<'a> UserAgent<'a> {
    /// Takes a User-Agent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UserAgent`] if it is blank or has other bytes, line breaks among them.
    pub fn new(user_agent: &'a str) -> Result<Self, ConfigError> {
        let is_blank = user_agent.trim_ascii().is_empty();
        if is_blank || !user_agent.bytes().all(is_field_byte) {
            return Err(ConfigError::UserAgent);
        }
        Ok(Self(user_agent))
    }

    /// The text as it was given.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// The value of a header field: visible ASCII, spaces and tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HeaderText<'a>(&'a str);

impl<'a> HeaderText<'a> {
    /// Takes a value. `Ok(None)` if it is blank or not ASCII: how such names would be encoded is not documented, so
    /// the header is left out, and the caller who wants it sent transliterates.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderValue`] if it has a control character, a line break among them.
    pub fn new(value: &'a str) -> Result<Option<Self>, ConfigError> {
        if value.chars().any(|character| character.is_control() && character != '\t') {
            return Err(ConfigError::HeaderValue);
        }
        Ok((value.is_ascii() && !value.trim_ascii().is_empty()).then_some(Self(value)))
    }

    /// The text as it was given.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// Where a person is. The three that the platform wants together are required together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Geo<'a> {
    pub(super) country: CountryCode,
    pub(super) device: Device,
    pub(super) timezone: HeaderText<'a>,
    pub(super) region: Option<HeaderText<'a>>,
    pub(super) city: Option<HeaderText<'a>>,
}

impl<'a> Geo<'a> {
    /// Country, device and IANA time zone such as `Europe/Berlin`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderValue`] if the time zone is not the name of one in form.
    pub fn new(
        country: CountryCode,
        device: Device,
        timezone: &'a str,
    ) -> Result<Self, ConfigError> {
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
        let timezone = HeaderText::new(timezone)?
            .filter(|zone| zone.as_str().bytes().all(is_name_byte))
            .ok_or(ConfigError::HeaderValue)?;
        Ok(Self { country, device, timezone, region: None, city: None })
    }

    /// Adds region and city, as codes or names. What is not ASCII is left out, as [`HeaderText::new`] says.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderValue`] if one has a control character.
    pub fn place(
        self,
        region: Option<&'a str>,
        city: Option<&'a str>,
    ) -> Result<Self, ConfigError> {
        let text = |value: Option<&'a str>| value.map_or(Ok(None), HeaderText::new);
        Ok(Self { region: text(region)?, city: text(city)?, ..self })
    }
}

/// The kinds of device that the platform knows; a kiosk is nearest to `Desktop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Device {
    /// A telephone or tablet.
    Mobile,
    /// Anything else.
    Desktop,
}

impl Device {
    /// The wire's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Desktop => "desktop",
        }
    }
}

/// An ISO 3166-1 alpha-2 country code: two ASCII letters in either case, sent as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Takes a code. Whether a country has it is not looked up.
    ///
    /// # Errors
    ///
    /// [`ConfigError::CountryCode`] if it is not two ASCII letters.
    pub fn new(code: &str) -> Result<Self, ConfigError> {
        match *code.as_bytes() {
            [one, two] if one.is_ascii_alphabetic() && two.is_ascii_alphabetic() => {
                Ok(Self([one, two]))
            }
            _ => Err(ConfigError::CountryCode),
        }
    }

    /// The code as it was given.
    pub fn as_str(&self) -> &str {
        as_text(&self.0).unwrap_or_default()
    }
}

fn is_field_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' ' || byte == b'\t'
}
