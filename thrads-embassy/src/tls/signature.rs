//! A signature that has yet to be checked.
//!
//! Under `chain` and `verifier`. It holds all it needs, so that it can be checked after the bytes it came in are gone.

use super::certificate::{Certificate, Curve, Hash, Key};
use crate::refusal::Refusal;
use heapless::Vec;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A key, a hash of what it signed, and the signature.
pub(crate) struct Check {
    curve: Curve,
    point: Vec<u8, MAX_POINT>,
    digest: Vec<u8, MAX_DIGEST>,
    signature: Vec<u8, MAX_SIGNATURE>,
}

impl Check {
    /// That `issuer` signed `certificate`.
    pub(crate) fn of(certificate: &Certificate<'_>, issuer: Key<'_>) -> Result<Self, Refusal> {
        let hash = certificate.algorithm.ok_or(Refusal::Algorithm)?;
        Self::new(issuer, hash, &[certificate.signed], certificate.signature)
    }

    /// That `key` signed `parts`, one behind the other.
    pub(crate) fn new(
        key: Key<'_>,
        hash: Hash,
        parts: &[&[u8]],
        signature: &[u8],
    ) -> Result<Self, Refusal> {
        let digest = match hash {
            Hash::Sha256 => copy(&digest::<Sha256>(parts)),
            Hash::Sha384 => copy(&digest::<Sha384>(parts)),
            Hash::Sha512 => copy(&digest::<Sha512>(parts)),
        };
        Ok(Self {
            curve: key.curve,
            point: copy(key.point)?,
            digest: digest?,
            signature: copy(signature)?,
        })
    }

    /// Checks it: 0.4 s for P-256 and 1.9 s for P-384 at 125 MIPS, in one go.
    ///
    /// # Errors
    ///
    /// [`Refusal::Signature`].
    pub(crate) fn verify(&self) -> Result<(), Refusal> {
        let is_right = match self.curve {
            Curve::P256 => self.verify_p256(),
            #[cfg(feature = "p384")]
            Curve::P384 => self.verify_p384(),
        };
        is_right.map_err(|_| Refusal::Signature)
    }

    fn verify_p256(&self) -> Result<(), p256::ecdsa::Error> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&self.point)?;
        let signature = p256::ecdsa::Signature::from_der(&self.signature)?;
        key.verify_prehash(&self.digest, &signature)
    }

    #[cfg(feature = "p384")]
    fn verify_p384(&self) -> Result<(), p384::ecdsa::Error> {
        let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&self.point)?;
        let signature = p384::ecdsa::Signature::from_der(&self.signature)?;
        key.verify_prehash(&self.digest, &signature)
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize()
}

fn copy<const N: usize>(bytes: &[u8]) -> Result<Vec<u8, N>, Refusal> {
    Vec::from_slice(bytes).map_err(|_| Refusal::Certificate)
}

/// An uncompressed point of P-384.
const MAX_POINT: usize = 97;
const MAX_DIGEST: usize = 64;
/// Two integers of 49 bytes in a sequence.
const MAX_SIGNATURE: usize = 104;
