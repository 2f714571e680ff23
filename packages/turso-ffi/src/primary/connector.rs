//! How sockets to the primary are opened: TCP without delay, through a proxy if the environment names one, and TLS.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{DefaultServerNameResolver, HttpsConnector};
use hyper_util::client::legacy::connect::HttpConnector;

use super::proxy::Proxy;
use super::resolver::Resolver;
use super::tls;
use super::tunnel::Tunnel;
use crate::address::Server;
use crate::error::Result;

pub type Connector = HttpsConnector<Tunnel>;

/// Fails with PROXY_FAILED for a proxy with an invalid address, and with REMOTE_TLS if the machine has no certificates.
pub fn connector(server: &Server, timeout: Duration) -> Result<Connector> {
    let mut http = HttpConnector::new_with_resolver(Resolver::new());
    http.enforce_http(false);
    // Else a small request waits for the acknowledgement of the one before.
    http.set_nodelay(true);
    http.set_connect_timeout(Some(timeout));
    let tunnel = Tunnel::new(http, Proxy::of(server)?, timeout);
    // Requests go to no other server, so only one with TLS needs certificates.
    let config = if server.has_tls() { tls::trusting_the_system()? } else { tls::trusting_nobody()? };
    Ok(HttpsConnector::new(tunnel, config, server.has_tls(), Arc::new(DefaultServerNameResolver::default())))
}
