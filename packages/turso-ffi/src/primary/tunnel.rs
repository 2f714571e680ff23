//! Connections by TCP, through an HTTP proxy if there is one. hyper knows no proxies; the one for it that was (hyper-proxy) is no longer
//! kept.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::proxy::Proxy;
use super::resolver::Resolver;
use crate::error::Error;
use crate::status::Status;

/// Bytes of a proxy's answer that are read.
const LONGEST_ANSWER: usize = 16_384;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
pub struct Tunnel {
    http: HttpConnector<Resolver>,
    proxy: Option<Arc<Proxy>>,
    /// For all of it.
    patience: Duration,
}

impl Tunnel {
    pub fn new(http: HttpConnector<Resolver>, proxy: Option<Proxy>, patience: Duration) -> Self {
        Self { http, proxy: proxy.map(Arc::new), patience }
    }
}

impl Service<Uri> for Tunnel {
    type Response = TokioIo<TcpStream>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.http.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let Some(proxy) = self.proxy.clone() else {
            let connecting = self.http.call(server);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        let connecting = self.http.call(proxy.uri.clone());
        let patience = self.patience;
        Box::pin(async move {
            let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("https") { 443 } else { 80 });
            let goal = format!("{}:{port}", server.host().unwrap_or_default());
            let opening = async {
                let socket = connecting.await.map_err(|error| Refusal::of_error(&error))?.into_inner();
                open(socket, &goal, &proxy).await.map(TokioIo::new)
            };
            match timeout(patience, opening).await {
                Ok(opened) => opened,
                Err(_) => Err(Refusal::passing("no answer in time")),
            }
            .map_err(|refusal| ProxyFailure(refusal.told(&proxy, &goal)).into())
        })
    }
}

/// Asks a proxy for a connection: it sees the name of the host, and what follows is encrypted as a rule.
async fn open(mut socket: TcpStream, goal: &str, proxy: &Proxy) -> Result<TcpStream, Refusal> {
    let mut request = format!("CONNECT {goal} HTTP/1.1\r\nhost: {goal}\r\n");
    if !proxy.credentials.is_empty() {
        let credentials = STANDARD.encode(proxy.credentials.reveal());
        request.push_str(&format!("proxy-authorization: Basic {credentials}\r\n"));
    }
    request.push_str("\r\n");
    let closed = |_: io::Error| Refusal::passing("it closes the connection");
    socket.write_all(request.as_bytes()).await.map_err(closed)?;
    let mut answer = Vec::new();
    // Byte by byte, since what follows is the server's.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == LONGEST_ANSWER {
            return Err(Refusal::final_one("it does not answer like a proxy"));
        }
        match socket.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(_) if answer.is_empty() => return Err(Refusal::passing("it closes the connection")),
            Err(_) => return Err(Refusal::final_one("it does not answer like a proxy")),
        }
    }
    let status = std::str::from_utf8(&answer).ok().and_then(|answer| {
        let rest = answer.strip_prefix("HTTP/1.")?;
        rest.get(2..5)?.parse::<u16>().ok()
    });
    match status {
        Some(200..=299) => Ok(socket),
        Some(status) => {
            Err(Refusal { reason: format!("status {status}"), status: Some(status), is_passing: status >= 500 })
        }
        None => Err(Refusal::final_one("it does not answer like a proxy")),
    }
}

/// Why a proxy opens no connection.
struct Refusal {
    reason: String,
    status: Option<u16>,
    is_passing: bool,
}

impl Refusal {
    fn passing(reason: &str) -> Self {
        Self { reason: reason.into(), status: None, is_passing: true }
    }

    fn final_one(reason: &str) -> Self {
        Self { is_passing: false, ..Self::passing(reason) }
    }

    fn of_error(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::passing(&super::errors::reason(error))
    }

    fn told(self, proxy: &Proxy, goal: &str) -> Error {
        let Proxy { uri, variable, credentials } = proxy;
        let hint = match self.status {
            None => format!("Check {variable}, and that the proxy runs. NO_PROXY names hosts that need none."),
            Some(407) if credentials.is_empty() => format!(
                "It asks for a user name and a password. Put them into {variable}, as in http://user:password@host:port, \
                 with % codes for special characters."
            ),
            Some(407) => {
                format!("It does not take the user name and password in {variable}. Only the method Basic is known here.")
            }
            Some(500..) => format!("The proxy does not reach {goal}. Check the database URL, and try again."),
            Some(_) => format!(
                "Let whoever runs the proxy allow {goal}. If the host can be reached without it, name it in NO_PROXY."
            ),
        };
        let place = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
        let message = format!("The proxy {place} opens no connection to {goal} ({}). Nothing was sent.", self.reason);
        let error = Error::new(Status::ProxyFailed, message, hint);
        if self.is_passing {
            error.retryable()
        } else {
            error
        }
    }
}

/// Our error on its way through hyper.
#[derive(Debug)]
pub struct ProxyFailure(pub Error);

impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for ProxyFailure {}
