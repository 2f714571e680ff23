//! How sockets to the primary are opened: TCP without delay, through a proxy if the environment names one, and TLS with the system's
//! certificates, or those of SSL_CERT_FILE in their place.

use std::time::Duration;

use hyper::client::HttpConnector;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};

use super::proxy::Proxy;
use super::resolver::Resolver;
use super::tunnel::Tunnel;
use crate::address::Server;
use crate::error::{Error, Result};
use crate::status::Status;

pub type Connector = HttpsConnector<Tunnel>;

/// Fails with PROXY_FAILED for a proxy whose address is none.
pub fn connector(server: &Server, timeout: Duration) -> Result<Connector> {
    let mut http = HttpConnector::new_with_resolver(Resolver::new());
    http.enforce_http(false);
    // Else a small request waits for the acknowledgement of the one before.
    http.set_nodelay(true);
    http.set_connect_timeout(Some(timeout));
    let builder = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| {
        Error::new(
            Status::RemoteTls,
            format!("The certificates of this machine cannot be read ({error})."),
            "Install the certificates (package ca-certificates), or set SSL_CERT_FILE.",
        )
    })?;
    let tunnel = Tunnel::new(http, Proxy::of(server)?, timeout);
    Ok(builder.https_or_http().enable_http1().wrap_connector(tunnel))
}
