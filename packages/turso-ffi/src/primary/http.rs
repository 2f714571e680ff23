//! Requests to the primary.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{timeout_at, Instant};

use super::answer::{beginning, Answer};
use super::body::{Body, Sent};
use super::busy::{is_refused, Pauses};
use super::connector::{connector, Connector};
use super::errors;
use crate::address::Server;
use crate::error::{Error, Result};
use crate::events::{Event, Listeners};
use crate::status::Status;

pub struct HttpClient {
    client: Client<Connector, Body>,
    server: Server,
    /// Those of every request that begins now.
    headers: RwLock<HeaderMap>,
    requests: AtomicU64,
    /// Whether the latest request did not get through.
    lost: AtomicBool,
    reconnects: AtomicU64,
    in_flight: Semaphore,
    listeners: Arc<Listeners>,
    repeated: AtomicU64,
}

/// Where a request goes, and what it is written in.
pub struct To<'a> {
    /// Where the server wants it; None: at its own address.
    pub base: Option<&'a str>,
    pub path: &'static str,
    pub content_type: &'static str,
    /// Those of this request only.
    pub headers: HeaderMap,
    /// Whether the request counts as sent for its call.
    pub sent: Option<&'a Sent>,
    /// Whether it continues a stream, for which other requests may be waiting. Then it waits for none of them.
    pub is_continued: bool,
}

/// What came of a request.
pub enum Posted<T> {
    /// An answer of success.
    Answer(T),
    /// The server does not have what was asked for at that path, or in that encoding: nothing was done.
    NoRoute(Error),
}

/// Requests that are under way at the same time; more wait. Servers refuse clients that send too many. Requests that continue a stream
/// are not counted: the server may hold the others until a transaction ends, which needs one of these.
const IN_FLIGHT: usize = 32;

impl HttpClient {
    /// Creates a client whose requests all have `headers`. `timeout` is the time of a call: connecting gets a third of it, so that
    /// there is some left to try again.
    pub fn new(server: Server, headers: HeaderMap, timeout: Duration, listeners: Arc<Listeners>) -> Result<Self> {
        let client = Client::builder(TokioExecutor::new())
            // Idle connections end by it.
            .pool_timer(TokioTimer::new())
            .build(connector(&server, timeout / 3)?);
        Ok(Self::over(client, server, headers, listeners))
    }

    /// Creates a client of the same server over the same sockets, with headers and listeners of its own.
    pub fn beside(&self, headers: HeaderMap, listeners: Arc<Listeners>) -> Self {
        Self::over(self.client.clone(), self.server.clone(), headers, listeners)
    }

    fn over(client: Client<Connector, Body>, server: Server, headers: HeaderMap, listeners: Arc<Listeners>) -> Self {
        Self {
            client,
            server,
            headers: RwLock::new(headers),
            requests: AtomicU64::new(0),
            lost: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            in_flight: Semaphore::new(IN_FLIGHT),
            listeners,
            repeated: AtomicU64::new(0),
        }
    }

    /// Requests that begin from now on have these headers.
    pub fn set_headers(&self, headers: HeaderMap) {
        *self.headers.write().unwrap_or_else(PoisonError::into_inner) = headers;
    }

    pub fn server(&self) -> &Server {
        &self.server
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
        let _permit = self.permit(to, deadline).await?;
        Ok(match self.until_not_busy(to, body, deadline).await? {
            Posted::Answer(answer) => Posted::Answer(answer.whole(deadline, self.location()).await?),
            Posted::NoRoute(error) => Posted::NoRoute(error),
        })
    }

    /// Sends a request and gives its answer as it begins.
    pub async fn open(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Posted<Answer>> {
        let _permit = self.permit(to, deadline).await?;
        self.until_not_busy(to, body, deadline).await
    }

    async fn permit(&self, to: &To<'_>, deadline: Instant) -> Result<Option<SemaphorePermit<'_>>> {
        if to.is_continued {
            return Ok(None);
        }
        let permit = timeout_at(deadline, self.in_flight.acquire()).await;
        permit.map_err(|_| errors::timed_out(false, self.location()))?.map(Some).map_err(Error::internal)
    }

    /// Sends a request, and again while the server has too many: it has not begun with it, whatever it is. Nothing is sent to any other
    /// server, whatever this one says.
    async fn until_not_busy(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Posted<Answer>> {
        let mut pauses = Pauses::new();
        loop {
            let response = self.send(to, body.clone(), deadline).await?;
            if response.status().is_success() {
                return Ok(Posted::Answer(Answer::of(response, self.location())?));
            }
            let pause = is_refused(&response).then(|| pauses.next(&response));
            if let (Some(_), Some(sent)) = (pause, to.sent) {
                sent.take_back();
            }
            match pause {
                Some(pause) if Instant::now() + pause < deadline => {
                    let told = errors::Told { status: response.status().as_u16(), is_refused: true, body: b"" };
                    self.listeners.tell(&Event::retry(&errors::status(&told, self.location()), pause));
                    tokio::time::sleep(pause).await;
                }
                _ => return self.failure(response, pause, deadline).await,
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What an answer that is none of success comes to; `pause` is how long the server is to be left alone, if it has refused the
    /// request as a whole.
    async fn failure(
        &self,
        response: Response<Incoming>,
        pause: Option<Duration>,
        deadline: Instant,
    ) -> Result<Posted<Answer>> {
        let status = response.status();
        if let (true, Some(place)) = (status.is_redirection(), response.headers().get(LOCATION)) {
            let error = errors::redirected(&String::from_utf8_lossy(place.as_bytes()), self.location());
            // This one is the answer to a request that was carried out. The others want the request itself elsewhere.
            return Err(if status == StatusCode::SEE_OTHER { error.may_be_done() } else { error });
        }
        let body = beginning(response, deadline).await;
        let told = errors::Told { status: status.as_u16(), is_refused: pause.is_some(), body: &body };
        let error = errors::status(&told, self.location());
        let is_no_route = matches!(told.status, 404 | 405 | 415) && error.status == Status::RemoteNotLibsql;
        if is_no_route {
            return Ok(Posted::NoRoute(error));
        }
        Err(Error { pause, ..error })
    }

    async fn send(&self, to: &To<'_>, body: Bytes, deadline: Instant) -> Result<Response<Incoming>> {
        let (body, taken) = Body::new(body, to.sent);
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
        request.headers_mut().extend(self.headers.read().unwrap_or_else(PoisonError::into_inner).clone());
        request.headers_mut().extend(to.headers.clone());
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(to.content_type));
        Ok(request)
    }
}
