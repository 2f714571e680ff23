//! Requests to the primary.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::Client;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{timeout_at, Instant};

use super::body::Body;
use super::connector::Connector;
use super::errors;
use crate::address::Server;
use crate::call::jitter;
use crate::error::{Error, Result};
use crate::secret::Secret;

pub struct HttpClient {
    client: Client<Connector, Body>,
    server: Server,
    authorization: Option<HeaderValue>,
    requests: AtomicU64,
    /// Whether the latest request did not get through.
    lost: AtomicBool,
    reconnects: AtomicU64,
    in_flight: Semaphore,
    repeated: AtomicU64,
}

/// Requests that are under way at the same time; more wait. Servers refuse clients that send too many.
const IN_FLIGHT: usize = 32;

/// Before a request that the server had too many for is sent again; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl HttpClient {
    pub fn new(connector: Connector, server: Server, token: &Secret) -> Result<Self> {
        let authorization = if token.is_empty() {
            None
        } else {
            if !token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(errors::bad_token(&server.location));
            }
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
                .map_err(|_| errors::bad_token(&server.location))?;
            value.set_sensitive(true);
            Some(value)
        };
        Ok(Self {
            client: Client::builder().build(connector),
            server,
            authorization,
            requests: AtomicU64::new(0),
            lost: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            in_flight: Semaphore::new(IN_FLIGHT),
            repeated: AtomicU64::new(0),
        })
    }

    pub fn location(&self) -> &str {
        &self.server.location
    }

    /// Requests that were made.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How often the server answered again after a request that it had not.
    pub fn reconnects(&self) -> u64 {
        self.reconnects.load(Ordering::Relaxed)
    }

    /// How often a request was sent again, since the server had too many.
    pub fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// Sends a request and reads the whole answer. `base` is where the server wants it, where not at its own address.
    pub async fn post(&self, base: Option<&str>, path: &str, body: Bytes, deadline: Instant) -> Result<Bytes> {
        let _permit = self.permit(deadline).await?;
        let response = self.until_not_busy(base, path, body, deadline).await?;
        match timeout_at(deadline, hyper::body::to_bytes(response.into_body())).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(errors::transport(&error, true, self.location())),
            Err(_) => Err(errors::timed_out(true, self.location())),
        }
    }

    /// Sends a request and gives its answer as it begins, which is one of success.
    pub async fn open(
        &self,
        base: Option<&str>,
        path: &str,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Response<hyper::Body>> {
        let _permit = self.permit(deadline).await?;
        self.until_not_busy(base, path, body, deadline).await
    }

    async fn permit(&self, deadline: Instant) -> Result<SemaphorePermit<'_>> {
        let permit = timeout_at(deadline, self.in_flight.acquire()).await;
        permit.map_err(|_| errors::timed_out(false, self.location()))?.map_err(Error::internal)
    }

    /// Sends a request, and again while the server has too many: it has not begun with it, whatever it is.
    async fn until_not_busy(
        &self,
        base: Option<&str>,
        path: &str,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Response<hyper::Body>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let response = self.send(base, path, body.clone(), deadline).await?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let wait = retry_after(&response).unwrap_or(pause.mul_f64(jitter()));
            if status != StatusCode::TOO_MANY_REQUESTS || Instant::now() + wait >= deadline {
                let body = timeout_at(deadline, hyper::body::to_bytes(response.into_body())).await;
                let body = body.ok().and_then(|body| body.ok()).unwrap_or_default();
                return Err(errors::status(status.as_u16(), &body, self.location()));
            }
            drop(response);
            tokio::time::sleep(wait).await;
            self.repeated.fetch_add(1, Ordering::Relaxed);
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn send(
        &self,
        base: Option<&str>,
        path: &str,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Response<hyper::Body>> {
        let (body, taken) = Body::new(body);
        let request = self.request(base, path, body)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let begun = || taken.load(Ordering::Acquire);
        let response = match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => response,
            failed => {
                self.lost.store(true, Ordering::Relaxed);
                return Err(match failed {
                    Ok(Err(error)) => errors::transport(&error, begun(), self.location()),
                    _ => errors::timed_out(begun(), self.location()),
                });
            }
        };
        if self.lost.swap(false, Ordering::Relaxed) {
            self.reconnects.fetch_add(1, Ordering::Relaxed);
        }
        Ok(response)
    }

    fn request(&self, base: Option<&str>, path: &str, body: Body) -> Result<Request<Body>> {
        let base = base.unwrap_or(&self.server.base).trim_end_matches('/');
        let mut request = Request::post(format!("{base}/{path}")).header(CONTENT_TYPE, "application/x-protobuf");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.body(body).map_err(|_| errors::not_libsql("it names an address that is none", self.location()))
    }
}

/// How long a server that has too many requests asks to be left alone.
fn retry_after(response: &Response<hyper::Body>) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    (seconds > 0).then_some(Duration::from_secs(seconds))
}
