//! A certificate for `localhost` that no system trusts, and the authority that signed it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls")
}

/// The file with the authority's certificate.
pub fn authority() -> PathBuf {
    data().join("ca.pem")
}

/// How a server shows the certificate.
pub fn server_config() -> Arc<ServerConfig> {
    let certificates = vec![CertificateDer::from_pem_file(data().join("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(data().join("server-key.pem")).unwrap();
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    Arc::new(config)
}
