//! How certificates are judged.
//!
//! Part of `transport`; a fleet's Redis is judged in the same way.

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// By the system's verifier, or by these authorities alone.
///
/// The provider is named here, so that nothing of the process decides it and none has to be installed.
pub(crate) fn config(
    authorities: Option<Vec<CertificateDer<'static>>>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
    };
    if let Some(authorities) = authorities {
        let mut roots = rustls::RootCertStore::empty();
        authorities.into_iter().try_for_each(|authority| roots.add(authority))?;
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
