//! Which servers are trusted: those with a certificate by the system's authorities, or by those of SSL_CERT_FILE in their place.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::load_native_certs;

use crate::error::{Error, Result};
use crate::status::Status;

/// Reads the certificates of the system, unless an open connection has them: reading takes milliseconds. A connection that is
/// opened later sees new ones. Fails with REMOTE_TLS if there are none.
pub fn trusting_the_system() -> Result<Arc<ClientConfig>> {
    static SHARED: Mutex<Weak<ClientConfig>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = shared.upgrade() {
        return Ok(config);
    }
    let config = trusting(system_roots()?)?;
    *shared = Arc::downgrade(&config);
    Ok(config)
}

/// For servers without TLS.
pub fn trusting_nobody() -> Result<Arc<ClientConfig>> {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(Error::internal)?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn system_roots() -> Result<RootCertStore> {
    let found = load_native_certs();
    let mut roots = RootCertStore::empty();
    let (_, _) = roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = found.errors.first().map_or_else(|| "there are none".into(), ToString::to_string);
        return Err(Error::new(
            Status::RemoteTls,
            format!("The certificates of this machine cannot be read ({reason})."),
            "Install the certificates (package ca-certificates), or set SSL_CERT_FILE.",
        ));
    }
    Ok(roots)
}
