//! The certificates that a device trusts.
//!
//! Under `chain`.

use super::certificate::{Certificate, Key};
use super::extensions::MAY_SIGN_CERTIFICATES;
use crate::refusal::Refusal;
use thrads_core::UnixMillis;

/// An authority's certificate, pinned: a root or an intermediate. A server is trusted if one of the anchors has signed its
/// certificate, or that of an intermediate above it.
///
/// Pin more than one, so that they can be changed one after the other; and only those whose servers you talk to.
#[derive(Clone, Copy)]
pub struct Anchor<'a> {
    pub(crate) key: Key<'a>,
    certificate: Certificate<'a>,
}

impl<'a> Anchor<'a> {
    /// An anchor out of a certificate in DER.
    ///
    /// # Errors
    ///
    /// [`Refusal::Certificate`] if it is none that can be read, [`Refusal::Algorithm`] if its key is neither P-256 nor
    /// P-384, [`Refusal::NotAnIssuer`] if it is not an authority's, and [`Refusal::Critical`].
    pub fn from_der(der: &'a [u8]) -> Result<Self, Refusal> {
        let certificate = Certificate::parse(der)?;
        let key = certificate.key.ok_or(Refusal::Algorithm)?;
        if certificate.extensions.has_unknown_critical {
            return Err(Refusal::Critical);
        }
        let may_sign = certificate.has_usage(MAY_SIGN_CERTIFICATES).unwrap_or(true);
        if !may_sign || !certificate.may_issue(0) {
            return Err(Refusal::NotAnIssuer);
        }
        Ok(Self { key, certificate })
    }

    /// When it stops being valid.
    pub fn expires(&self) -> UnixMillis {
        UnixMillis(self.certificate.not_after.saturating_mul(1000))
    }

    /// Whether `certificate` says that this has issued it.
    pub(crate) fn is_named_by(&self, certificate: &Certificate<'_>) -> bool {
        certificate.names(&self.certificate)
    }

    /// Whether it may stand above a path with so many intermediates now.
    pub(crate) fn judge(&self, below: usize, now: u64) -> Result<(), Refusal> {
        self.certificate.judge_time(now)?;
        if self.certificate.may_issue(below) { Ok(()) } else { Err(Refusal::NotAnIssuer) }
    }
}
