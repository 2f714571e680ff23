//! How sockets to the primary are opened: TCP without delay, TLS with the system's certificates.

use std::time::Duration;

use hyper::client::HttpConnector;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};

use super::resolver::Resolver;
use crate::error::{Error, Result};
use crate::status::Status;

pub type Connector = HttpsConnector<HttpConnector<Resolver>>;

pub fn connector(timeout: Duration) -> Result<Connector> {
    let mut http = HttpConnector::new_with_resolver(Resolver::new());
    http.enforce_http(false);
    // Else a small request waits for the acknowledgement of the one before.
    http.set_nodelay(true);
    http.set_connect_timeout(Some(timeout));
    let builder = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| {
        Error::new(
            Status::RemoteUnreachable,
            format!("The certificates of this machine cannot be read ({error})."),
            "Install the certificates (package ca-certificates), or set SSL_CERT_FILE.",
        )
    })?;
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}
