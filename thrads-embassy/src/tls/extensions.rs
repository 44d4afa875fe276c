//! What a certificate's extensions say of its use (RFC 5280 section 4.2).
//!
//! Beside `certificate`, which holds them.

use super::certificate::{inside, malformed, oid};
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Reader, Tag, Tagged};

/// The extensions that say what a certificate may be used for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extensions<'a> {
    /// Whether it is an authority's, and how many intermediates may stand below it.
    pub(crate) authority: Option<Authority>,
    pub(crate) usage: Option<BitStringRef<'a>>,
    /// Whether a server may use it, if its uses are named.
    pub(crate) is_for_servers: Option<bool>,
    /// The alternative names, as a sequence.
    pub(crate) names: Option<&'a [u8]>,
    /// What its own key is called, and that of its issuer.
    pub(super) key_id: Option<&'a [u8]>,
    pub(super) issuer_key_id: Option<&'a [u8]>,
    /// One that is critical and not understood, or that limits names.
    pub(crate) has_unknown_critical: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) may_issue: bool,
    pub(crate) depth: Option<u8>,
}

impl<'a> Extensions<'a> {
    /// Takes an extension; the same one twice is an error (RFC 5280 section 4.2).
    fn take(&mut self, id: &[u8], is_critical: bool, value: &'a [u8]) -> der::Result<()> {
        match id {
            BASIC_CONSTRAINTS => once(&mut self.authority, parse_authority(value)?),
            KEY_USAGE => once(&mut self.usage, BitStringRef::from_der(value)?),
            EXTENDED_KEY_USAGE => once(&mut self.is_for_servers, is_for_servers(value)?),
            KEY_ID => once(&mut self.key_id, AnyRef::from_der(value)?.value()),
            ISSUER_KEY_ID => {
                self.issuer_key_id = parse_issuer_key_id(value)?.or(self.issuer_key_id);
                Ok(())
            }
            SUBJECT_ALT_NAME => once(&mut self.names, value),
            // Names that a limit leaves out would have to be refused, and no limit is read here.
            NAME_CONSTRAINTS => {
                self.has_unknown_critical = true;
                Ok(())
            }
            _ => {
                self.has_unknown_critical |= is_critical;
                Ok(())
            }
        }
    }
}

/// `Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`
pub(super) fn parse_extensions(extensions: AnyRef<'_>) -> der::Result<Extensions<'_>> {
    let mut reader = inside(extensions)?;
    let mut known = Extensions::default();
    while !reader.is_finished() {
        let mut extension = inside(AnyRef::decode(&mut reader)?)?;
        let id = oid(&mut extension)?;
        let is_critical = extension.peek_byte() == Some(BOOLEAN) && bool::decode(&mut extension)?;
        let value = AnyRef::decode(&mut extension)?;
        extension.finish()?;
        value.tag().assert_eq(Tag::OctetString)?;
        known.take(id, is_critical, value.value())?;
    }
    Ok(known)
}

fn once<T>(place: &mut Option<T>, value: T) -> der::Result<()> {
    if place.replace(value).is_some() { Err(malformed()) } else { Ok(()) }
}

/// `BasicConstraints ::= SEQUENCE { cA DEFAULT FALSE, pathLenConstraint OPTIONAL }`
fn parse_authority(value: &[u8]) -> der::Result<Authority> {
    let mut reader = inside(AnyRef::from_der(value)?)?;
    let may_issue = reader.peek_byte() == Some(BOOLEAN) && bool::decode(&mut reader)?;
    let depth = if reader.is_finished() { None } else { Some(u8::decode(&mut reader)?) };
    reader.finish()?;
    Ok(Authority { may_issue, depth })
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { [0] keyIdentifier OPTIONAL, .. }`
fn parse_issuer_key_id(value: &[u8]) -> der::Result<Option<&[u8]>> {
    let mut reader = inside(AnyRef::from_der(value)?)?;
    if reader.peek_byte() != Some(KEY_IDENTIFIER) {
        return Ok(None);
    }
    Ok(Some(AnyRef::decode(&mut reader)?.value()))
}

/// `ExtKeyUsageSyntax ::= SEQUENCE OF OBJECT IDENTIFIER`
fn is_for_servers(value: &[u8]) -> der::Result<bool> {
    let mut reader = inside(AnyRef::from_der(value)?)?;
    let mut is_named = false;
    while !reader.is_finished() {
        is_named |= matches!(oid(&mut reader)?, SERVER_AUTH | ANY_USAGE);
    }
    Ok(is_named)
}

/// `digitalSignature` and `keyCertSign` of `KeyUsage`.
pub(crate) const MAY_SIGN: usize = 0;
pub(crate) const MAY_SIGN_CERTIFICATES: usize = 5;

const BOOLEAN: u8 = 0x01;
/// `[0]`, primitive.
const KEY_IDENTIFIER: u8 = 0x80;
const KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
const ISSUER_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
