//! Requests to the primary.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use hyper::Client;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{timeout_at, Instant};

use super::body::Body;
use super::connector::Connector;
use super::errors;
use crate::address::Server;
use crate::call::jitter;
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::status::Status;

pub struct HttpClient {
    client: Client<Connector, Body>,
    server: Server,
    /// Of every request.
    headers: HeaderMap,
    requests: AtomicU64,
    /// Whether the latest request did not get through.
    lost: AtomicBool,
    reconnects: AtomicU64,
    in_flight: Semaphore,
    repeated: AtomicU64,
}

/// Where a request goes, and what it is written in.
pub struct To<'a> {
    /// Where the server wants it; None: at its own address.
    pub base: Option<&'a str>,
    pub path: &'static str,
    pub content_type: &'static str,
}

/// What came of a request.
pub enum Posted<T> {
    /// An answer of success.
    Answer(T),
    /// The server does not have what was asked for at that path, or in that encoding: nothing was done.
    NoRoute(Error),
}

/// Requests that are under way at the same time; more wait. Servers refuse clients that send too many.
const IN_FLIGHT: usize = 32;

/// Before a request that the server had too many for is sent again; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl HttpClient {
    pub fn new(connector: Connector, server: Server, credentials: &Credentials) -> Result<Self> {
        Ok(Self {
            client: Client::builder().build(connector),
            server,
            headers: credentials.headers()?,
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

    /// Sends a request and reads the whole answer.
    pub async fn post(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Posted<Bytes>> {
        let _permit = self.permit(deadline).await?;
        let response = match self.until_not_busy(to, body, deadline).await? {
            Posted::Answer(response) => response,
            Posted::NoRoute(error) => return Ok(Posted::NoRoute(error)),
        };
        match timeout_at(deadline, hyper::body::to_bytes(response.into_body())).await {
            Ok(Ok(bytes)) => Ok(Posted::Answer(bytes)),
            Ok(Err(error)) => Err(errors::transport(&error, true, self.location())),
            Err(_) => Err(errors::timed_out(true, self.location())),
        }
    }

    /// Sends a request and gives its answer as it begins.
    pub async fn open(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Posted<Response<hyper::Body>>> {
        let _permit = self.permit(deadline).await?;
        self.until_not_busy(to, body, deadline).await
    }

    async fn permit(&self, deadline: Instant) -> Result<SemaphorePermit<'_>> {
        let permit = timeout_at(deadline, self.in_flight.acquire()).await;
        permit.map_err(|_| errors::timed_out(false, self.location()))?.map_err(Error::internal)
    }

    /// Sends a request, and again while the server has too many: it has not begun with it, whatever it is. Nothing is sent to any other
    /// server, whatever this one says.
    async fn until_not_busy(
        &self,
        to: &To<'_>,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Posted<Response<hyper::Body>>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let response = self.send(to, body.clone(), deadline).await?;
            let status = response.status();
            if status.is_success() {
                return Ok(Posted::Answer(response));
            }
            let is_refused = is_refused(&response);
            let wait = retry_after(&response).unwrap_or(pause.mul_f64(jitter()));
            if !is_refused || Instant::now() + wait >= deadline {
                let place = response.headers().get(LOCATION).map(|place| place.as_bytes().to_vec());
                let body = timeout_at(deadline, hyper::body::to_bytes(response.into_body())).await;
                let body = body.ok().and_then(|body| body.ok()).unwrap_or_default();
                if let (true, Some(place)) = (status.is_redirection(), place) {
                    return Err(errors::redirected(&String::from_utf8_lossy(&place), self.location()));
                }
                let told = errors::Told { status: status.as_u16(), is_refused, body: &body };
                let error = errors::status(&told, self.location());
                let is_no_route = matches!(told.status, 404 | 405 | 415) && error.status == Status::RemoteNotLibsql;
                return if is_no_route { Ok(Posted::NoRoute(error)) } else { Err(error) };
            }
            drop(response);
            tokio::time::sleep(wait).await;
            self.repeated.fetch_add(1, Ordering::Relaxed);
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn send(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Response<hyper::Body>> {
        let (body, taken) = Body::new(body);
        let request = self.request(to, body)?;
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

    fn request(&self, to: &To<'_>, body: Body) -> Result<Request<Body>> {
        let base = to.base.unwrap_or(&self.server.base).trim_end_matches('/');
        let unreadable = || errors::not_libsql("it names an address that is none", self.location());
        let address: Uri = format!("{base}/{}", to.path).parse().map_err(|_| unreadable())?;
        // An answer can name where the next request is to go, and the token and the data would go there.
        if !self.server.is_origin_of(&address) {
            return Err(errors::redirected(base, self.location()));
        }
        let mut request = Request::post(address).body(body).map_err(|_| unreadable())?;
        request.headers_mut().extend(self.headers.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(to.content_type));
        Ok(request)
    }
}

/// Whether a server or a proxy has refused a request as a whole, since it has too many, so that nothing was done: 429, and 503 if it
/// says when to come back. Any other 503 may come from a proxy that has lost the server meanwhile. A 408 leaves it open, too.
fn is_refused(response: &Response<hyper::Body>) -> bool {
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => response.headers().contains_key(RETRY_AFTER),
        _ => false,
    }
}

/// How long a server that has too many requests asks to be left alone, in seconds or until a date.
fn retry_after(response: &Response<hyper::Body>) -> Option<Duration> {
    wait_of(response.headers().get(RETRY_AFTER)?.to_str().ok()?, SystemTime::now())
}

fn wait_of(asked: &str, now: SystemTime) -> Option<Duration> {
    let wait = match asked.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(asked).ok()?.duration_since(now).ok()?,
    };
    (!wait.is_zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_asks_to_be_left_alone_in_seconds_or_until_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (asked, seconds) in [
            ("1", Some(1)),
            (" 120 ", Some(120)),
            ("0", None),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:30 GMT", None),
            ("soon", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(wait_of(asked, now), seconds.map(Duration::from_secs), "{asked}");
        }
    }
}
