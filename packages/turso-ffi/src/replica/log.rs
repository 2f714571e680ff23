//! The log of the primary's writes, as its replicas ask for it: libSQL's own messages, in gRPC-web.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::Engine;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use libsql_replication::rpc::replication::{
    Frame, Frames as FrameList, HelloRequest, HelloResponse, LogOffset, NEED_SNAPSHOT_ERROR_MSG, NO_HELLO_ERROR_MSG,
    SESSION_TOKEN_KEY,
};
use prost::Message;
use tokio::time::{timeout_at, Instant};
use tokio_util::sync::CancellationToken;

use super::grpc_web::{framed, Messages, Refusal};
use super::note::Mark;
use crate::address::Server;
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::events::Listeners;
use crate::primary::errors;
use crate::primary::http::{HttpClient, Posted, To};
use crate::status::Status;

/// What libSQL's own client of this release says.
const VERSION: &str = "libsql-rpc-0.10.0";

/// Statuses of gRPC.
const PERMISSION_DENIED: u32 = 7;
const FAILED_PRECONDITION: u32 = 9;
const UNIMPLEMENTED: u32 = 12;
const UNAUTHENTICATED: u32 = 16;

/// How long the log is waited for, unless nobody wants the answer any more.
#[derive(Clone)]
pub struct Patience {
    pub until: Until,
    pub unwanted: CancellationToken,
}

#[derive(Clone, Copy)]
pub enum Until {
    Deadline(Instant),
    /// As long as something comes at least this often.
    Idle(Duration),
}

impl Patience {
    fn limit(&self) -> Instant {
        match self.until {
            Until::Deadline(deadline) => deadline,
            Until::Idle(time) => Instant::now() + time,
        }
    }
}

pub struct Log {
    http: HttpClient,
}

/// Frames, or why there are none.
pub enum Frames<T = Vec<Frame>> {
    Some(T),
    /// The server has restarted, and wants to be greeted.
    NeedHello,
    /// They are too many, and come as a snapshot.
    NeedSnapshot,
}

impl Log {
    /// The log of the server of a client, over the sockets of that one.
    pub fn new(http: &HttpClient, credentials: &Credentials, listeners: Arc<Listeners>) -> Result<Self> {
        let headers = headers(http.server(), credentials)?;
        Ok(Self { http: http.beside(headers, listeners) })
    }

    /// Requests that begin from now on have these.
    pub fn set_credentials(&self, credentials: &Credentials) -> Result<()> {
        self.http.set_headers(headers(self.http.server(), credentials)?);
        Ok(())
    }

    /// Requests that were made.
    pub fn requests(&self) -> u64 {
        self.http.requests()
    }

    /// How often a request was sent again, since the server had too many.
    pub fn repeated(&self) -> u64 {
        self.http.repeated()
    }

    pub async fn hello(&self, patience: &Patience) -> Result<HelloResponse> {
        self.first(patience, "wal_log.ReplicationLog/Hello", &HelloRequest::new(), None).await?.told(self)
    }

    /// The frames from number `next` on, as many as the server gives at once.
    pub async fn frames(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Frames> {
        let path = "wal_log.ReplicationLog/BatchLogEntries";
        let list: Frames<FrameList> = self.first(patience, path, &from(next), Some(session)).await?;
        Ok(list.map(|list| list.frames))
    }

    /// The frames from number `next` on, one by one, so that a slow way brings some of them at least. It has no end: the server
    /// goes on with what is written later.
    pub async fn entries(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Frames<Messages>> {
        self.ask(patience, "wal_log.ReplicationLog/LogEntries", &from(next), Some(session)).await
    }

    /// The next of entries or of a snapshot, or why there are none.
    pub async fn next_frame(&self, patience: &Patience, messages: &mut Messages) -> Result<Frames<Option<Frame>>> {
        self.next(patience, messages).await
    }

    /// Whether the history of the server has this frame. One whose frame is no longer in the log cannot tell, and counts as
    /// another one.
    pub async fn has(&self, patience: &Patience, session: &Bytes, mark: Mark) -> Result<bool> {
        match self.frames(patience, session, mark.frame_no).await? {
            Frames::Some(frames) => Ok(frames.first().and_then(Mark::of) == Some(mark)),
            Frames::NeedHello => Err(self.started_anew()),
            Frames::NeedSnapshot => Ok(false),
        }
    }

    /// A snapshot that replaces the frames from number `next` on.
    pub async fn snapshot(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Messages> {
        self.ask(patience, "wal_log.ReplicationLog/Snapshot", &from(next), Some(session)).await?.told(self)
    }

    /// The next frame of a snapshot.
    pub async fn next_of(&self, patience: &Patience, snapshot: &mut Messages) -> Result<Option<Frame>> {
        self.next_frame(patience, snapshot).await?.told(self)
    }

    /// Asks for something, and gives its first message.
    async fn first<T: Message + Default>(
        &self,
        patience: &Patience,
        path: &'static str,
        message: &impl Message,
        session: Option<&Bytes>,
    ) -> Result<Frames<T>> {
        let mut messages = match self.ask(patience, path, message, session).await? {
            Frames::Some(messages) => messages,
            Frames::NeedHello => return Ok(Frames::NeedHello),
            Frames::NeedSnapshot => return Ok(Frames::NeedSnapshot),
        };
        match self.next(patience, &mut messages).await? {
            Frames::Some(None) => Err(self.failed_for("it sent nothing")),
            next => Ok(next.map(Option::unwrap_or_default)),
        }
    }

    async fn next<T: Message + Default>(
        &self,
        patience: &Patience,
        messages: &mut Messages,
    ) -> Result<Frames<Option<T>>> {
        let next = messages.next(patience.limit(), self.location());
        match self.wait(patience, next).await?? {
            Ok(message) => message.map(|message| self.decoded(message)).transpose().map(Frames::Some),
            Err(refusal) => self.refused(&refusal),
        }
    }

    async fn ask(
        &self,
        patience: &Patience,
        path: &'static str,
        message: &impl Message,
        session: Option<&Bytes>,
    ) -> Result<Frames<Messages>> {
        let mut headers = HeaderMap::new();
        if let Some(Ok(session)) = session.map(|session| HeaderValue::from_bytes(session)) {
            headers.insert(SESSION_TOKEN_KEY, session);
        }
        let content_type = "application/grpc-web+proto";
        let to = To { base: None, path, content_type, headers, sent: None, is_continued: false };
        match self.wait(patience, self.http.open(&to, framed(message), patience.limit())).await?? {
            Posted::NoRoute(_) => Err(self.no_log()),
            Posted::Answer(answer) => match Messages::of(answer) {
                Ok(messages) => Ok(Frames::Some(messages)),
                Err(refusal) => self.refused(&refusal),
            },
        }
    }

    /// Waits for something as long as `patience` lasts.
    pub async fn wait<T>(&self, patience: &Patience, answer: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            answer = timeout_at(patience.limit(), answer) => {
                answer.map_err(|_| errors::timed_out(true, self.location()))
            }
            () = patience.unwanted.cancelled() => Err(Error::closed()),
        }
    }

    fn location(&self) -> &str {
        self.http.location()
    }

    fn decoded<T: Message + Default>(&self, message: Bytes) -> Result<T> {
        T::decode(message).map_err(|_| errors::not_libsql("its log of writes is none", self.location()))
    }

    fn refused<T>(&self, refusal: &Refusal) -> Result<Frames<T>> {
        let told = |status| errors::Told { status, is_refused: false, body: refusal.message.as_bytes() };
        match (refusal.status, refusal.message.as_str()) {
            (FAILED_PRECONDITION, NO_HELLO_ERROR_MSG) => Ok(Frames::NeedHello),
            (FAILED_PRECONDITION, NEED_SNAPSHOT_ERROR_MSG) => Ok(Frames::NeedSnapshot),
            (UNAUTHENTICATED | PERMISSION_DENIED, _) => Err(errors::status(&told(401), self.location())),
            (UNIMPLEMENTED, _) => Err(self.no_log()),
            (_, message) => Err(self.failed_for(message)),
        }
    }

    fn no_log(&self) -> Error {
        Error::new(
            Status::SyncFailed,
            format!("{} does not send the log of its writes, which a replica follows.", self.location()),
            "Open the connection without a replica: reads go to the server then.",
        )
    }

    /// A server that was started while it was asked; asking once more helps.
    pub fn started_anew(&self) -> Error {
        errors::interrupted("broke off (the server has restarted)", self.location())
    }

    /// An answer of the server's that brought nothing.
    pub fn failed_for(&self, reason: &str) -> Error {
        Error::new(
            Status::SyncFailed,
            format!("{} did not send what has changed ({reason}).", self.location()),
            "Try again. If it happens every time, look at the log of the server.",
        )
        .retryable()
    }
}

impl<T> Frames<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Frames<U> {
        match self {
            Frames::Some(told) => Frames::Some(change(told)),
            Frames::NeedHello => Frames::NeedHello,
            Frames::NeedSnapshot => Frames::NeedSnapshot,
        }
    }

    /// What was asked for, where a server has no reason to give none.
    fn told(self, log: &Log) -> Result<T> {
        match self {
            Frames::Some(told) => Ok(told),
            Frames::NeedHello => Err(log.started_anew()),
            Frames::NeedSnapshot => Err(log.failed_for("it wants to send a snapshot")),
        }
    }
}

/// What each request has.
fn headers(server: &Server, credentials: &Credentials) -> Result<HeaderMap> {
    let origin: http::Uri = server.base.parse().map_err(Error::internal)?;
    // As libSQL's clients do: the first part of the host is the name of the database.
    let host = origin.host().unwrap_or_default();
    let namespace = host.split_once('.').map_or("default", |(first, _)| first);
    let mut headers = credentials.headers()?;
    if let Some(token) = headers.get(AUTHORIZATION).cloned() {
        headers.insert("x-authorization", token);
    }
    let namespace = HeaderValue::from_str(&STANDARD_NO_PAD.encode(namespace)).map_err(Error::internal)?;
    headers.insert("x-namespace-bin", namespace);
    headers.insert("x-libsql-client-version", HeaderValue::from_static(VERSION));
    Ok(headers)
}

fn from(next: u64) -> LogOffset {
    LogOffset { next_offset: next, wal_flavor: None }
}
