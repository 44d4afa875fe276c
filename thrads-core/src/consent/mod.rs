//! What a person has agreed to, and what may leave for it.
//!
//! A helper of `request`, `session` and `client`. Sections 3.5 and 5 of the wire contract: the platform takes a TCF and a US
//! Privacy string with a bid request and is known to act on neither, so all is decided here, before the first byte.

mod bits;
#[cfg(test)]
mod fixture;
mod gpp;
mod tcf;
mod us_privacy;

/// What may leave for a person; the stricter is the greater.
///
/// | | a call is made | conversation | id, age and what else is known of them | country, region, city, time zone |
/// |---|---|---|---|---|
/// | [`Everything`](Self::Everything) | yes | yes | yes | yes |
/// | [`Context`](Self::Context) | yes | yes | no: the chat's id stands for theirs | no |
/// | [`NoAds`](Self::NoAds) | no | | | |
/// | [`NoConsent`](Self::NoConsent) | no | | | |
/// | [`Child`](Self::Child) | no | | | |
///
/// Where no call is made nothing else is sent either, no ping, tap, vote or feedback, and no connection is made ahead. A call
/// that is made carries the person's address and User-Agent, which the platform demands, and a prompt call of the v1 API a
/// country, which it demands too. Consent strings go where the contract has a place, with bid requests.
///
/// What a conversation carries is another question: see [`Redactor`](crate::Redactor).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Permission {
    /// The person has agreed to all of it, or no law asks them.
    #[default]
    Everything,
    /// Ads that go by what is being talked about, for a person unknown.
    Context,
    /// The person, or the caller for them, wants no ads.
    NoAds,
    /// Consent is needed, and has not been given or cannot be read.
    NoConsent,
    /// A child is in front of the device or may be.
    Child,
}

impl Permission {
    /// Whether anything may be sent at all.
    pub const fn sends(self) -> bool {
        matches!(self, Self::Everything | Self::Context)
    }

    /// Whether a call may tell who and where the person is.
    pub const fn tells_who(self) -> bool {
        matches!(self, Self::Everything)
    }
}

/// The consent strings of a person, and what follows from them.
///
/// Each string is read here, and the strictest of what they say holds. One that cannot be read counts as one that says no, and
/// is not passed on.
///
/// | string | [`Everything`](Permission::Everything) | [`Context`](Permission::Context) |
/// |---|---|---|
/// | TCF 2 | purposes 1 to 4 | purpose 2, by consent or legitimate interest |
/// | US Privacy | notice was given and the sale not refused, or it does not apply | otherwise |
/// | GPP | each section says so: EU TCF, US Privacy, US National, California, Virginia, Colorado, Utah, Connecticut | sale, sharing or targeted advertising was refused, or Global Privacy Control is on; a known child is a [`Child`](Permission::Child) |
///
/// With less than that, or a section that is not known here, nothing may be sent.
///
/// ```
/// use thrads_core::{Consent, Permission};
///
/// // Where no law asks a person first.
/// assert_eq!(Consent::new().permission(), Permission::Everything);
/// assert_eq!(Consent::new().us_privacy("1YYN").permission(), Permission::Context);
/// // Where the GDPR does, silence is a no.
/// assert_eq!(Consent::needed().permission(), Permission::NoConsent);
/// assert_eq!(Consent::needed().tcf("CP nonsense").permission(), Permission::NoConsent);
/// ```
///
/// Give what follows to [`Session::permit`](crate::Session::permit), and the strings to
/// [`UserMetadata::consent`](crate::UserMetadata::consent). No `Debug`: a consent string can tell people apart.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent<'a> {
    tcf: Option<&'a str>,
    us_privacy: Option<&'a str>,
    is_missing: bool,
    strictest: Permission,
}

impl<'a> Consent<'a> {
    /// Of a person whom no law asks before ads.
    pub const fn new() -> Self {
        Self { tcf: None, us_privacy: None, is_missing: false, strictest: Permission::Everything }
    }

    /// Of a person who has to be asked, as under the GDPR: until a TCF string or a GPP string with a section of it is given,
    /// nothing may be sent.
    pub const fn needed() -> Self {
        Self { is_missing: true, ..Self::new() }
    }

    /// With a string of the IAB's Transparency and Consent Framework, version 2.
    #[must_use]
    pub fn tcf(mut self, string: &'a str) -> Self {
        let read = tcf::read(string.as_bytes());
        self.tcf = read.map(|_| string);
        self.is_missing = false;
        self.and(read)
    }

    /// With a US Privacy string, such as `1YNN`.
    #[must_use]
    pub fn us_privacy(mut self, string: &'a str) -> Self {
        let read = us_privacy::read(string.as_bytes());
        self.us_privacy = read.map(|_| string);
        self.and(read)
    }

    /// With a string of the IAB's Global Privacy Platform. The platform has no place for it: it decides here and is not sent.
    #[must_use]
    pub fn gpp(mut self, string: &str) -> Self {
        let read = gpp::read(string.as_bytes());
        self.is_missing &= !read.is_some_and(|read| read.has_tcf);
        self.and(read.map(|read| read.permission))
    }

    /// What may be sent.
    pub const fn permission(&self) -> Permission {
        if self.is_missing { Permission::NoConsent } else { self.strictest }
    }

    /// The TCF string, if it could be read.
    pub const fn tcf_string(&self) -> Option<&'a str> {
        self.tcf
    }

    /// The US Privacy string, if it could be read.
    pub const fn us_privacy_string(&self) -> Option<&'a str> {
        self.us_privacy
    }

    fn and(mut self, read: Option<Permission>) -> Self {
        self.strictest = self.strictest.max(read.unwrap_or(Permission::NoConsent));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{Context, Everything, NoConsent};

    #[test]
    fn the_strictest_of_all_strings_holds() {
        let all = fixture::tcf(&[1, 2, 3, 4], &[]);
        let one = fixture::tcf(&[2], &[]);
        assert_eq!(Consent::needed().tcf(&all).permission(), Everything);
        assert_eq!(Consent::needed().tcf(&all).us_privacy("1YYN").permission(), Context);
        assert_eq!(Consent::needed().us_privacy("1YNN").permission(), NoConsent);
        assert_eq!(Consent::new().us_privacy("1YNN").tcf(&one).permission(), Context);
        assert_eq!(Consent::new().us_privacy("1Y").tcf(&all).permission(), NoConsent);
    }

    #[test]
    fn what_cannot_be_read_is_not_passed_on() {
        let consent = Consent::new().tcf("C").us_privacy("2YNN");
        assert_eq!((consent.tcf_string(), consent.us_privacy_string()), (None, None));
        let string = fixture::tcf(&[2], &[]);
        let consent = Consent::needed().tcf(&string).us_privacy("1---");
        assert_eq!(consent.tcf_string(), Some(&*string));
        assert_eq!(consent.us_privacy_string(), Some("1---"));
    }
}
