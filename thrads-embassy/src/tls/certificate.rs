//! A certificate, read in place: what a path is judged by (RFC 5280 section 4).
//!
//! Under `chain` and `anchor`. The `der` crate reads; here is only what stands where.

use crate::refusal::Refusal;
use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

/// What is looked at of a certificate.
#[derive(Clone, Copy)]
pub(crate) struct Certificate<'a> {
    /// The part that is signed.
    pub(crate) signed: &'a [u8],
    /// `None` if it is of a kind that is not verified here.
    pub(crate) algorithm: Option<Hash>,
    pub(crate) signature: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    /// Seconds since 1970.
    pub(crate) not_before: u64,
    pub(crate) not_after: u64,
    /// `None` if it is of a kind that is not verified here.
    pub(crate) key: Option<Key<'a>>,
    pub(crate) extensions: Extensions<'a>,
}

/// The hash of an ECDSA signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// A public key: a point on one of two curves, as SEC 1 writes it.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) curve: Curve,
    pub(crate) point: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    #[cfg(feature = "p384")]
    P384,
}

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
    key_id: Option<&'a [u8]>,
    issuer_key_id: Option<&'a [u8]>,
    /// One that is critical and not understood, or that limits names.
    pub(crate) has_unknown_critical: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) may_issue: bool,
    pub(crate) depth: Option<u8>,
}

impl<'a> Certificate<'a> {
    /// # Errors
    ///
    /// [`Refusal::Certificate`].
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        parse(bytes).map_err(|_| Refusal::Certificate)
    }

    /// # Errors
    ///
    /// [`Refusal::NotYetValid`], [`Refusal::Expired`].
    pub(crate) fn judge_time(&self, now: u64) -> Result<(), Refusal> {
        if now < self.not_before {
            Err(Refusal::NotYetValid)
        } else if now > self.not_after {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }

    /// Whether `issuer` is who this certificate says has issued it: by name, and by the name of the key where both tell it.
    pub(crate) fn names(&self, issuer: &Self) -> bool {
        let ids = self.extensions.issuer_key_id.zip(issuer.extensions.key_id);
        self.issuer == issuer.subject && ids.is_none_or(|(wanted, has)| wanted == has)
    }

    /// Whether it may sign other certificates with `below` intermediates between itself and the server's.
    pub(crate) fn may_issue(&self, below: usize) -> bool {
        self.extensions.authority.is_some_and(|authority| {
            authority.may_issue && authority.depth.is_none_or(|depth| below <= usize::from(depth))
        })
    }

    pub(crate) fn has_usage(&self, bit: usize) -> Option<bool> {
        self.extensions.usage.map(|usage| usage.get(bit).unwrap_or(false))
    }
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`
fn parse(bytes: &[u8]) -> der::Result<Certificate<'_>> {
    let mut reader = inside(AnyRef::from_der(bytes)?)?;
    let signed = reader.tlv_bytes()?;
    let algorithm = AnyRef::decode(&mut reader)?;
    let signature = BitStringRef::decode(&mut reader)?;
    reader.finish()?;
    parse_signed(signed, algorithm, signature)
}

/// `TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo,
/// [1] issuerUniqueID OPTIONAL, [2] subjectUniqueID OPTIONAL, [3] extensions OPTIONAL }`
fn parse_signed<'a>(
    signed: &'a [u8],
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
) -> der::Result<Certificate<'a>> {
    let mut reader = inside(AnyRef::from_der(signed)?)?;
    let version = AnyRef::decode(&mut reader)?;
    let _serial = AnyRef::decode(&mut reader)?;
    // The same twice, or what was signed is not what is said (RFC 5280 section 4.1.1.2).
    let again = AnyRef::decode(&mut reader)?;
    if version.value() != VERSION_3 || again != algorithm {
        return Err(malformed());
    }
    let issuer = reader.tlv_bytes()?;
    let mut validity = inside(AnyRef::decode(&mut reader)?)?;
    let not_before = seconds(AnyRef::decode(&mut validity)?)?;
    let not_after = seconds(AnyRef::decode(&mut validity)?)?;
    validity.finish()?;
    let subject = reader.tlv_bytes()?;
    let key = parse_key(AnyRef::decode(&mut reader)?)?;
    let mut extensions = Extensions::default();
    while !reader.is_finished() {
        let is_extensions = reader.peek_byte() == Some(EXTENSIONS);
        let part = AnyRef::decode(&mut reader)?;
        if is_extensions {
            extensions = parse_extensions(AnyRef::from_der(part.value())?)?;
        }
    }
    Ok(Certificate {
        signed,
        algorithm: parse_algorithm(algorithm)?,
        signature: signature.as_bytes().ok_or_else(malformed)?,
        issuer,
        subject,
        not_before,
        not_after,
        key,
        extensions,
    })
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm, parameters OPTIONAL }`
fn parse_algorithm(algorithm: AnyRef<'_>) -> der::Result<Option<Hash>> {
    let mut reader = inside(algorithm)?;
    Ok(match oid(&mut reader)? {
        ECDSA_SHA256 => Some(Hash::Sha256),
        ECDSA_SHA384 => Some(Hash::Sha384),
        ECDSA_SHA512 => Some(Hash::Sha512),
        _ => None,
    })
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm, subjectPublicKey }`
fn parse_key(info: AnyRef<'_>) -> der::Result<Option<Key<'_>>> {
    let mut reader = inside(info)?;
    let mut algorithm = inside(AnyRef::decode(&mut reader)?)?;
    let point = BitStringRef::decode(&mut reader)?.as_bytes().ok_or_else(malformed)?;
    reader.finish()?;
    if oid(&mut algorithm)? != EC_PUBLIC_KEY {
        return Ok(None);
    }
    let curve = match oid(&mut algorithm)? {
        P256 => Some(Curve::P256),
        #[cfg(feature = "p384")]
        P384 => Some(Curve::P384),
        _ => None,
    };
    Ok(curve.map(|curve| Key { curve, point }))
}

/// `Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }`
fn parse_extensions(extensions: AnyRef<'_>) -> der::Result<Extensions<'_>> {
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

/// A reader of what a sequence holds.
pub(crate) fn inside(sequence: AnyRef<'_>) -> der::Result<SliceReader<'_>> {
    sequence.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(sequence.value())
}

fn oid<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let oid = AnyRef::decode(reader)?;
    oid.tag().assert_eq(Tag::ObjectIdentifier)?;
    Ok(oid.value())
}

fn seconds(time: AnyRef<'_>) -> der::Result<u64> {
    let since = match time.tag() {
        Tag::UtcTime => time.decode_as::<UtcTime>()?.to_unix_duration(),
        _ => time.decode_as::<GeneralizedTime>()?.to_unix_duration(),
    };
    Ok(since.as_secs())
}

fn malformed() -> der::Error {
    der::ErrorKind::Failed.into()
}

/// `digitalSignature` and `keyCertSign` of `KeyUsage`.
pub(crate) const MAY_SIGN: usize = 0;
pub(crate) const MAY_SIGN_CERTIFICATES: usize = 5;

/// `INTEGER 2` inside `[0]`.
const VERSION_3: &[u8] = &[0x02, 0x01, 0x02];
/// `[3]`, constructed.
const EXTENSIONS: u8 = 0xa3;
const BOOLEAN: u8 = 0x01;
/// `[0]`, primitive.
const KEY_IDENTIFIER: u8 = 0x80;
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
#[cfg(feature = "p384")]
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
const ISSUER_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
