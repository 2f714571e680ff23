//! The log of the primary's writes, as its replicas ask for it: gRPC-web, by libSQL's own messages.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use libsql_replication::rpc::replication::replication_log_client::ReplicationLogClient;
use libsql_replication::rpc::replication::{
    Frame, HelloRequest, HelloResponse, LogOffset, NEED_SNAPSHOT_ERROR_MSG, NO_HELLO_ERROR_MSG, SESSION_TOKEN_KEY,
};
use tokio::time::{timeout_at, Instant};
use tokio_util::sync::CancellationToken;
use tonic::body::BoxBody;
use tonic::metadata::{AsciiMetadataValue, BinaryMetadataValue};
use tonic::{Code, Request, Streaming};
use tonic_web::{GrpcWebCall, GrpcWebClientService};

use super::note::Mark;
use crate::address::Server;
use crate::credentials::{Credentials, ENCRYPTION_KEY};
use crate::error::{Error, Result};
use crate::primary::{errors, Connector};
use crate::status::Status;

type Channel = GrpcWebClientService<hyper::Client<Connector, GrpcWebCall<BoxBody>>>;

/// What libSQL's own client of this release says.
const VERSION: &str = "libsql-rpc-0.9.30";

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
    client: ReplicationLogClient<Channel>,
    server: Server,
    authorization: AsciiMetadataValue,
    encryption_key: Option<AsciiMetadataValue>,
    namespace: BinaryMetadataValue,
    requests: Arc<AtomicU64>,
}

/// Frames, or why there are none.
pub enum Frames<T = Vec<Frame>> {
    Some(T),
    /// The server has started anew, and wants to be greeted.
    NeedHello,
    /// They are too many, and come as a snapshot.
    NeedSnapshot,
}

impl Log {
    pub fn new(
        connector: Connector,
        server: Server,
        credentials: &Credentials,
        requests: Arc<AtomicU64>,
    ) -> Result<Self> {
        let origin: http::Uri = server.base.parse().map_err(Error::internal)?;
        // As libSQL's clients do: the first part of the host is the name of the database.
        let host = origin.host().unwrap_or_default();
        let namespace = host.split_once('.').map_or("default", |(first, _)| first);
        let namespace = BinaryMetadataValue::from_bytes(namespace.as_bytes());
        let Credentials { token, encryption_key } = credentials;
        let authorization = hidden(&format!("Bearer {}", token.reveal()))?;
        let encryption_key = if encryption_key.is_empty() { None } else { Some(hidden(encryption_key.reveal())?) };
        let channel = GrpcWebClientService::new(hyper::Client::builder().build(connector));
        let client = ReplicationLogClient::with_origin(channel, origin).max_decoding_message_size(usize::MAX);
        Ok(Self { client, server, authorization, encryption_key, namespace, requests })
    }

    pub async fn hello(&self, patience: &Patience) -> Result<HelloResponse> {
        let mut client = self.client.clone();
        let request = self.request(HelloRequest::new(), None);
        Ok(self.wait(patience, client.hello(request)).await?.map_err(|status| self.failed(&status))?.into_inner())
    }

    /// The frames from number `next` on, as many as the server gives at once.
    pub async fn frames(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Frames> {
        let mut client = self.client.clone();
        let request = self.request(LogOffset { next_offset: next, wal_flavor: None }, Some(session));
        let answer = self.wait(patience, client.batch_log_entries(request)).await?;
        self.frames_of(answer.map(|frames| frames.into_inner().frames))
    }

    /// The frames from number `next` on, one by one, so that a slow way brings some of them at least. It has no end: the server
    /// goes on with what is written later.
    pub async fn entries(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Frames<Streaming<Frame>>> {
        let mut client = self.client.clone();
        let request = self.request(LogOffset { next_offset: next, wal_flavor: None }, Some(session));
        let answer = self.wait(patience, client.log_entries(request)).await?;
        self.frames_of(answer.map(tonic::Response::into_inner))
    }

    /// The next of entries, or why there are none.
    pub async fn next_entry(
        &self,
        patience: &Patience,
        entries: &mut Streaming<Frame>,
    ) -> Result<Frames<Option<Frame>>> {
        self.frames_of(self.wait(patience, entries.message()).await?)
    }

    fn frames_of<T>(&self, answer: Result<T, tonic::Status>) -> Result<Frames<T>> {
        match answer {
            Ok(frames) => Ok(Frames::Some(frames)),
            Err(status) if is(&status, NO_HELLO_ERROR_MSG) => Ok(Frames::NeedHello),
            Err(status) if is(&status, NEED_SNAPSHOT_ERROR_MSG) => Ok(Frames::NeedSnapshot),
            Err(status) => Err(self.failed(&status)),
        }
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
    pub async fn snapshot(&self, patience: &Patience, session: &Bytes, next: u64) -> Result<Streaming<Frame>> {
        let mut client = self.client.clone();
        let request = self.request(LogOffset { next_offset: next, wal_flavor: None }, Some(session));
        let answer = self.wait(patience, client.snapshot(request)).await?;
        Ok(answer.map_err(|status| self.failed(&status))?.into_inner())
    }

    /// The next frame of a snapshot.
    pub async fn next_of(&self, patience: &Patience, snapshot: &mut Streaming<Frame>) -> Result<Option<Frame>> {
        self.wait(patience, snapshot.message()).await?.map_err(|status| self.failed(&status))
    }

    fn request<T>(&self, message: T, session: Option<&Bytes>) -> Request<T> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("x-authorization", self.authorization.clone());
        if let Some(key) = &self.encryption_key {
            metadata.insert(ENCRYPTION_KEY, key.clone());
        }
        metadata.insert_bin("x-namespace-bin", self.namespace.clone());
        metadata.insert("x-libsql-client-version", AsciiMetadataValue::from_static(VERSION));
        if let Some(Ok(session)) = session.map(|session| AsciiMetadataValue::try_from(&session[..])) {
            metadata.insert(SESSION_TOKEN_KEY, session);
        }
        request
    }

    /// Waits for something as long as `patience` lasts.
    pub async fn wait<T>(&self, patience: &Patience, answer: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            answer = timeout_at(patience.limit(), answer) => {
                answer.map_err(|_| errors::timed_out(true, &self.server.location))
            }
            () = patience.unwanted.cancelled() => Err(Error::closed()),
        }
    }

    fn failed(&self, status: &tonic::Status) -> Error {
        let location = &self.server.location;
        // By a proxy or the server, which said no more than this.
        if let Some((_, code)) = status.message().split_once("HTTP status code ") {
            if let Some(code) = code.get(..3).and_then(|code| code.parse().ok()) {
                return errors::status(&errors::Told { status: code, is_refused: code == 429, body: b"" }, location);
            }
        }
        match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => {
                let body = status.message().as_bytes();
                errors::status(&errors::Told { status: 401, is_refused: false, body }, location)
            }
            Code::Unimplemented => Error::new(
                Status::SyncFailed,
                format!("{location} does not send the log of its writes, which a replica follows."),
                "Open the connection without a replica: reads go to the server then.",
            ),
            Code::Unavailable => errors::unreachable(status.message(), location),
            _ => match std::error::Error::source(status) {
                Some(error) => errors::transport(error, true, location),
                None => self.failed_for(status.message()),
            },
        }
    }

    /// A server that was started while it was asked; asking once more helps.
    pub fn started_anew(&self) -> Error {
        errors::interrupted("broke off (the server has started anew)", &self.server.location)
    }

    /// An answer of the server's that brought nothing.
    pub fn failed_for(&self, reason: &str) -> Error {
        Error::new(
            Status::SyncFailed,
            format!("{} did not send what has changed ({reason}).", self.server.location),
            "Try again. If it happens every time, look at the log of the server.",
        )
        .retryable()
    }
}

fn hidden(text: &str) -> Result<AsciiMetadataValue> {
    let mut value = AsciiMetadataValue::try_from(text).map_err(|_| Error::internal("a header that was not checked"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is(status: &tonic::Status, message: &str) -> bool {
    status.code() == Code::FailedPrecondition && status.message() == message
}
