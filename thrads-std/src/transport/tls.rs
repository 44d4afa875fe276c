//! How certificates are judged.
//!
//! Part of `transport`.

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// By the system's verifier, or by this authority alone, in DER.
///
/// The provider is named here, so that nothing of the process decides it and none has to be installed.
pub(super) fn config(authority: Option<Vec<u8>>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
    };
    if let Some(authority) = authority {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.into())?;
        return Ok(builder()?.with_root_certificates(roots).with_no_client_auth());
    }
    let config = match builder()?.with_platform_verifier() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no certificates on this machine: https targets cannot be reached");
            builder()?.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    };
    Ok(config)
}
