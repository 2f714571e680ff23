//! Which servers are trusted: those with a certificate by the system's authorities, or by those of SSL_CERT_FILE in their place.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring::default_provider;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_native_certs::{load_certs_from_paths, load_native_certs, CertificateResult};

use crate::error::{Error, Result};
use crate::status::Status;

/// What connections share.
static SHARED: Mutex<Option<Shared>> = Mutex::new(None);

/// Reads the certificates of the system, unless those of an earlier connection are still current: reading takes milliseconds. The
/// sessions with servers are kept too, so that the next connection takes less. Fails with REMOTE_TLS if there are none.
pub fn trusting_the_system() -> Result<Arc<ClientConfig>> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let bundle = Bundle::of_the_system();
    if let Some(shared) = shared.as_ref().filter(|shared| shared.is_current(bundle.as_ref())) {
        return Ok(Arc::clone(&shared.config));
    }
    let provider = Arc::new(default_provider());
    let authorities = Arc::new(Authorities::of_the_system(bundle.as_ref(), &provider)?);
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(Error::internal)?.dangerous();
    let config = builder.with_custom_certificate_verifier(Arc::clone(&authorities) as _).with_no_client_auth();
    let config = Arc::new(config);
    *shared = Some(Shared { config: Arc::clone(&config), authorities, bundle });
    Ok(config)
}

/// Gives the memory back.
pub fn release() {
    *SHARED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

struct Shared {
    config: Arc<ClientConfig>,
    authorities: Arc<Authorities>,
    /// As it was just before it was read.
    bundle: Option<Bundle>,
}

impl Shared {
    /// Whether an open connection has it, or everything that was read is in a bundle that has not changed.
    fn is_current(&self, bundle: Option<&Bundle>) -> bool {
        let is_bundle_all = self.authorities.all.get().is_none();
        Arc::strong_count(&self.config) > 1 || (is_bundle_all && bundle.is_some() && bundle == self.bundle.as_ref())
    }
}

/// The file that has all authorities as a rule, and what tells it from another or a changed one.
#[derive(PartialEq, Eq)]
struct Bundle {
    path: PathBuf,
    stamp: [i64; 5],
}

impl Bundle {
    /// None where the system keeps them otherwise, or only folders are named for them.
    fn of_the_system() -> Option<Self> {
        let is_in_files = !cfg!(any(windows, target_vendor = "apple"));
        let path = match (env::var_os("SSL_CERT_FILE"), env::var_os("SSL_CERT_DIR")) {
            (Some(file), _) => Some(file.into()),
            (None, None) if is_in_files => openssl_probe::probe().cert_file,
            _ => None,
        }?;
        Self::at(path)
    }

    fn at(path: PathBuf) -> Option<Self> {
        let file = fs::metadata(&path).ok()?;
        let stamp = [file.dev() as i64, file.ino() as i64, file.size() as i64, file.mtime(), file.mtime_nsec()];
        Some(Self { path, stamp })
    }
}

/// For servers without TLS.
pub fn trusting_nobody() -> Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(Error::internal)?;
    Ok(Arc::new(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()))
}

const UNKNOWN: rustls::Error = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);

/// The authorities of the system: those of its bundle, and those of its folders too for a server that the bundle does not vouch for.
/// The folders have the same certificates as a rule, one a file, and to read them takes several times as long.
#[derive(Debug)]
struct Authorities {
    bundle: Arc<WebPkiServerVerifier>,
    /// None if the bundle is all there is, or what else there is cannot be read.
    all: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl Authorities {
    fn of_the_system(bundle: Option<&Bundle>, provider: &Arc<CryptoProvider>) -> Result<Self> {
        let provider = Arc::clone(provider);
        if let Some(Bundle { path, .. }) = bundle {
            if let Ok(bundle) = verifier(load_certs_from_paths(Some(path), None), &provider) {
                return Ok(Self { bundle, all: OnceLock::new(), provider });
            }
        }
        let bundle = verifier(load_native_certs(), &provider)?;
        Ok(Self { bundle, all: OnceLock::from(None), provider })
    }

    fn all(&self) -> Option<&Arc<WebPkiServerVerifier>> {
        self.all.get_or_init(|| verifier(load_native_certs(), &self.provider).ok()).as_ref()
    }
}

impl ServerCertVerifier for Authorities {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = |by: &WebPkiServerVerifier| {
            by.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(&self.bundle) {
            Err(error) if error == UNKNOWN => self.all().map_or(Err(error), |all| verify(all)),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.bundle.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.bundle.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.bundle.supported_verify_schemes()
    }
}

fn verifier(found: CertificateResult, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
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
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    builder.build().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::engine::general_purpose::STANDARD;
    use base64::Engine;

    use super::*;

    const ONE_AUTHORITY: &str = concat!(
        "MIIBOzCB4aADAgECAgkBgRqQA8UvQ6kwCgYIKoZIzj0EAwIwGDEWMBQGA1UEAwwNT25lIGF1dGhvcml0eTAiGA8yMDI2MTEzMDE1",
        "MzM1MVoYDzIwMjYxMjAxMTUzMzUxWjAYMRYwFAYDVQQDDA1PbmUgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
        "rWqeY0B10Xei6NE95cxGId9DRTo8g/2yqfLJNwAAVK3fY3QlD5yj17PLAW2BkBybwv9uXBb9dT51r4kAPdtBz6MQMA4wDAYDVR0T",
        "BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAyjVhQw2MEObZZ6gsN8k9Qf6YUpyktBgC31pfaUetwV8CIQDpil1l/jQB+D7qu8of",
        "ByWS90TLu8LkiQzE5vKWe8UCHw==",
    );

    const ANOTHER_AUTHORITY: &str = concat!(
        "MIIBQjCB6aADAgECAgkBPOVSvaCKGnkwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwIhgPMjAyNjEx",
        "MzAxNTMzNTFaGA8yMDI2MTIwMTE1MzM1MVowHDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO",
        "PQMBBwNCAATATCrvDk9UiZD8HrsXwwXWraMpBOeaouvSb37ViqgpPh29cf1C6jz6HC92g0JxCfhwrbXw1jkt9mGe/oYwNeceoxAw",
        "DjAMBgNVHRMEBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDO+6qaggnx1AQ3C7OZ21Yw2+oaFPhEjTrb3Sk+PQ1gZQIgJgVZVQWQ",
        "kojTmwuXrMEA0Sdtv84zhwsm9Q86j+B8JAI=",
    );

    /// Of db.example, by the other one, for the first day of 2026.
    const CERTIFICATE: &str = concat!(
        "MIIBRDCB66ADAgECAgkBittUjpuJCQUwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwIhgPMjAyNjAx",
        "MDEwMDAwMDBaGA8yMDI2MDEwMjAwMDAwMFowFTETMBEGA1UEAwwKZGIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA",
        "BMKOK1Nwr9ogIMbt6+WS+cQl8Colt8MH5K9spXHNPFHjzAnaGt1O5VjUwo3U0Cjng37clpOP/VWL/nlF+EmhVOWjGTAXMBUGA1Ud",
        "EQQOMAyCCmRiLmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIgH8oCa0F2tZwGquZmVdgc0Ke6o+COTlqxfKE/fTUgCYwCIQCyIfGD",
        "CbH18zpcpgusyZbLG4f5bMPXpo9JK0PDPPsmMA==",
    );
    const NOON: u64 = 1_767_268_800;

    fn of(authority: &str, provider: &Arc<CryptoProvider>) -> Arc<WebPkiServerVerifier> {
        let mut found = CertificateResult::default();
        found.certs.push(STANDARD.decode(authority).unwrap().into());
        verifier(found, provider).unwrap()
    }

    #[test]
    fn authorities_outside_the_bundle_are_asked_for_what_it_does_not_know() {
        let provider = Arc::new(default_provider());
        let certificate = STANDARD.decode(CERTIFICATE).unwrap().into();
        let verify = |all: Option<&str>, host: &'static str, second| {
            let bundle = of(ONE_AUTHORITY, &provider);
            let all = OnceLock::from(all.map(|all| of(all, &provider)));
            let authorities = Authorities { bundle, all, provider: Arc::clone(&provider) };
            let (host, now) =
                (ServerName::try_from(host).unwrap(), UnixTime::since_unix_epoch(Duration::from_secs(second)));
            authorities.verify_server_cert(&certificate, &[], &host, &[], now).map(drop)
        };
        assert_eq!(verify(Some(ANOTHER_AUTHORITY), "db.example", NOON), Ok(()));
        assert_eq!(verify(Some(ONE_AUTHORITY), "db.example", NOON), Err(UNKNOWN));
        assert_eq!(verify(None, "db.example", NOON), Err(UNKNOWN));
        for (host, second) in [("other.example", NOON), ("db.example", NOON + 86_400)] {
            let refused = verify(Some(ANOTHER_AUTHORITY), host, second).unwrap_err();
            assert!(matches!(refused, rustls::Error::InvalidCertificate(_)) && refused != UNKNOWN, "{refused:?}");
        }
    }

    #[test]
    fn a_bundle_is_read_again_once_it_has_changed() {
        let provider = Arc::new(default_provider());
        let path = env::temp_dir().join(format!("turso-bundle-{}", std::process::id()));
        let seen = || Bundle::at(path.clone());
        fs::write(&path, "one").unwrap();
        let all = OnceLock::new();
        let authorities =
            Arc::new(Authorities { bundle: of(ONE_AUTHORITY, &provider), all, provider: Arc::clone(&provider) });
        let shared = Shared { config: trusting_nobody().unwrap(), authorities, bundle: seen() };
        assert!(shared.is_current(seen().as_ref()));
        assert!(!shared.is_current(None));
        fs::write(&path, "another").unwrap();
        assert!(!shared.is_current(seen().as_ref()));
        let in_use = Arc::clone(&shared.config);
        assert!(shared.is_current(seen().as_ref()));
        drop(in_use);
        let shared = Shared { bundle: seen(), ..shared };
        assert!(shared.is_current(seen().as_ref()));
        // What is in folders may have changed.
        shared.authorities.all.set(None).unwrap();
        assert!(!shared.is_current(seen().as_ref()));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_machine_without_certificates_is_told() {
        let error = verifier(CertificateResult::default(), &Arc::new(default_provider())).unwrap_err();
        assert_eq!(error.status, Status::RemoteTls);
        assert!(error.message.contains("there are none") && error.hint.contains("SSL_CERT_FILE"), "{}", error.message);
    }
}
