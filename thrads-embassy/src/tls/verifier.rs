//! Who is at the other end: the server's certificate and its proof that it has the key.
//!
//! Under `pinned`. embedded-tls 0.19 calls this when such a message comes, and is content if none does: a server that sends
//! no certificate at all would be trusted. So this counts what it was asked, and [`finish`](Verifier::finish) says whether
//! that was everything, once and in order.

use super::anchor::Anchor;
use super::certificate::{Curve, Hash, Key};
use super::chain::{Checks, follow};
use super::signature::Check;
use crate::refusal::Refusal;
use embassy_futures::yield_now;
use embedded_tls::{
    CertificateEntryRef, CertificateRef, CertificateVerifyRef, SignatureScheme, TlsError,
    TlsVerifier,
};
use heapless::Vec;
use sha2::{Digest, Sha256};

use super::suite::Suite;

/// Judges one handshake.
pub(crate) struct Verifier<'v> {
    anchors: &'v [Anchor<'v>],
    host: &'v str,
    now: u64,
    stage: Stage,
    checks: Checks,
}

enum Stage {
    Start,
    /// The certificate is on a path to an anchor, if the signatures are right.
    Certified {
        curve: Curve,
        point: Vec<u8, MAX_POINT>,
        transcript: [u8; 32],
    },
    /// The server claims to have its key.
    Proven,
    Refused(Refusal),
}

impl<'v> Verifier<'v> {
    /// `now` in seconds since 1970.
    pub(crate) const fn new(anchors: &'v [Anchor<'v>], host: &'v str, now: u64) -> Self {
        Self { anchors, host, now, stage: Stage::Start, checks: Checks::new() }
    }

    /// Why the handshake was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        match self.stage {
            Stage::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Checks the signatures, and lets other tasks run between two.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unproven`] if the server left something out, [`Refusal::Signature`].
    pub(crate) async fn finish(self) -> Result<(), Refusal> {
        match self.stage {
            Stage::Proven => {}
            Stage::Refused(refusal) => return Err(refusal),
            Stage::Start | Stage::Certified { .. } => return Err(Refusal::Unproven),
        }
        for check in &self.checks {
            yield_now().await;
            check.verify()?;
        }
        Ok(())
    }

    fn certify(
        &mut self,
        transcript: &Sha256,
        certificate: &CertificateRef<'_>,
    ) -> Result<Stage, Refusal> {
        if !matches!(self.stage, Stage::Start) {
            return Err(Refusal::Protocol);
        }
        let sent = certificate.entries.iter().filter_map(|entry| match entry {
            CertificateEntryRef::X509(bytes) => Some(*bytes),
            CertificateEntryRef::RawPublicKey(_) => None,
        });
        let path = follow(sent, self.anchors, self.host, self.now)?;
        let key = path.server.key.ok_or(Refusal::Algorithm)?;
        self.checks = path.checks;
        Ok(Stage::Certified {
            curve: key.curve,
            point: Vec::from_slice(key.point).map_err(|_| Refusal::Algorithm)?,
            transcript: transcript.clone().finalize().into(),
        })
    }

    fn prove(&mut self, proof: &CertificateVerifyRef<'_>) -> Result<Stage, Refusal> {
        let Stage::Certified { curve, point, transcript } = &self.stage else {
            return Err(Refusal::Protocol);
        };
        // In TLS 1.3 the scheme names the curve as well (RFC 8446 section 4.2.3).
        let hash = match (proof.signature_scheme, curve) {
            (SignatureScheme::EcdsaSecp256r1Sha256, Curve::P256) => Hash::Sha256,
            #[cfg(feature = "p384")]
            (SignatureScheme::EcdsaSecp384r1Sha384, Curve::P384) => Hash::Sha384,
            _ => return Err(Refusal::Algorithm),
        };
        let key = Key { curve: *curve, point };
        let parts = [&[b' '; 64][..], CONTEXT, transcript];
        let check = Check::new(key, hash, &parts, proof.signature)?;
        self.checks.push(check).map_err(|_| Refusal::Certificate)?;
        Ok(Stage::Proven)
    }

    fn advance(&mut self, next: Result<Stage, Refusal>) -> Result<(), TlsError> {
        let is_refused = next.is_err();
        self.stage = next.unwrap_or_else(Stage::Refused);
        if is_refused { Err(TlsError::InvalidCertificate) } else { Ok(()) }
    }
}

impl TlsVerifier<Suite> for Verifier<'_> {
    /// The host is known from the start.
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), TlsError> {
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        transcript: &Sha256,
        certificate: CertificateRef<'_>,
    ) -> Result<(), TlsError> {
        let next = self.certify(transcript, &certificate);
        self.advance(next)
    }

    fn verify_signature(&mut self, proof: CertificateVerifyRef<'_>) -> Result<(), TlsError> {
        let next = self.prove(&proof);
        self.advance(next)
    }
}

/// What stands before the transcript in a server's proof, behind 64 spaces (RFC 8446 section 4.4.3).
const CONTEXT: &[u8] = b"TLS 1.3, server CertificateVerify\x00";
const MAX_POINT: usize = 97;
