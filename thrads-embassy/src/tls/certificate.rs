//! A certificate, read in place: what a path is judged by (RFC 5280 section 4).
//!
//! Under `chain` and `anchor`; its extensions are in `extensions`. The `der` crate reads; here is only what stands where.

use super::extensions::{Extensions, parse_extensions};
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

/// A reader of what a sequence holds.
pub(super) fn inside(sequence: AnyRef<'_>) -> der::Result<SliceReader<'_>> {
    sequence.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(sequence.value())
}

pub(super) fn oid<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
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

pub(super) fn malformed() -> der::Error {
    der::ErrorKind::Failed.into()
}

/// `INTEGER 2` inside `[0]`.
const VERSION_3: &[u8] = &[0x02, 0x01, 0x02];
/// `[3]`, constructed.
const EXTENSIONS: u8 = 0xa3;
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
#[cfg(feature = "p384")]
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
