//! Authorities and certificates that live as long as a test.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    SignatureAlgorithm, date_time_ymd,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use std::process::Command;

/// A kind of key.
pub(crate) type Kind = &'static SignatureAlgorithm;
pub(crate) const P256: Kind = &PKCS_ECDSA_P256_SHA256;
pub(crate) const P384: Kind = &PKCS_ECDSA_P384_SHA384;
pub(crate) const ED25519: Kind = &PKCS_ED25519;

/// Someone who issues certificates.
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// What a server shows, the server's own certificate first, and the key that belongs to that.
pub(crate) struct Identity {
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: Vec<u8>,
}

impl Authority {
    pub(crate) fn root(kind: Kind) -> Self {
        Self::root_named(kind, "root", |_| {})
    }

    pub(crate) fn root_named(
        kind: Kind,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = key_of(kind);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, issuer: Issuer::new(params, key) }
    }

    /// An authority below this one, changed before it is signed.
    pub(crate) fn below(
        &self,
        kind: Kind,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = key_of(kind);
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Self { der, issuer: Issuer::new(params, key) }
    }

    /// A server's certificate, changed before it is signed, and what stands between it and the root.
    pub(crate) fn issue(
        &self,
        kind: Kind,
        between: &[&Self],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let mut params = server();
        change(&mut params);
        let key = key_of(kind);
        let own = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        let between = between.iter().map(|authority| authority.der.clone());
        Identity { chain: [own].into_iter().chain(between).collect(), key: key.serialize_der() }
    }

    /// An ordinary server's certificate.
    pub(crate) fn server(&self, kind: Kind, between: &[&Self]) -> Identity {
        self.issue(kind, between, |_| {})
    }
}

/// rcgen makes no keys of RSA; openssl does.
fn key_of(kind: Kind) -> KeyPair {
    KeyPair::generate_for(kind).unwrap_or_else(|_| {
        let of = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
        let made = Command::new("openssl").args(of).output().unwrap();
        let key = PrivatePkcs8KeyDer::from_pem_slice(&made.stdout).unwrap();
        KeyPair::try_from(&key).unwrap()
    })
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.use_authority_key_identifier_extension = true;
    params
}

fn server() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

pub(crate) fn expired(params: &mut CertificateParams) {
    params.not_after = date_time_ymd(2026, 1, 1);
}

pub(crate) fn of_tomorrow(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(4000, 1, 1);
}
