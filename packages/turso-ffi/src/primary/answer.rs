//! The body of an answer, read as it comes, and never more of it than an answer can have.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::time::{timeout_at, Instant};

use super::errors;
use crate::error::Result;

/// The most bytes of an answer, and of one message in an answer of many. Servers put 10 MB of values into one answer to a statement,
/// and JSON may be six times as long. The same limit as turso-core's.
pub const LARGEST: usize = 64_000_000;

/// Bytes that are read of an answer of failure, for its message.
const MESSAGE: usize = 65_536;

/// An answer under way.
pub struct Answer {
    pub headers: HeaderMap,
    body: Incoming,
    /// What has come and was not taken yet.
    pub unread: BytesMut,
}

impl Answer {
    /// Fails with REMOTE_NOT_LIBSQL for a compressed answer: requests ask for none, since libsql-server takes far longer with it.
    pub fn of(response: Response<Incoming>, location: &str) -> Result<Self> {
        let (head, body) = response.into_parts();
        let encoding = head.headers.get(CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(errors::not_libsql("its answer is compressed, which nobody asked for", location).may_be_done());
        }
        Ok(Self { headers: head.headers, body, unread: BytesMut::new() })
    }

    /// Reads on. Returns false at the end. Fails with RESPONSE_TOO_LARGE if too much is unread.
    pub async fn more(&mut self, deadline: Instant, location: &str) -> Result<bool> {
        let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context));
        match timeout_at(deadline, frame).await {
            Ok(Some(Ok(frame))) => {
                // Trailers say nothing here.
                let chunk = frame.into_data().unwrap_or_default();
                if self.unread.len() + chunk.len() > LARGEST {
                    return Err(errors::answer_too_large(location));
                }
                self.unread.extend_from_slice(&chunk);
                Ok(true)
            }
            Ok(Some(Err(error))) => Err(errors::transport(&error, true, location)),
            Ok(None) => Ok(false),
            Err(_) => Err(errors::timed_out(true, location)),
        }
    }

    /// Reads all of it.
    pub async fn whole(mut self, deadline: Instant, location: &str) -> Result<Bytes> {
        let length = self.body.size_hint().lower();
        if length > LARGEST as u64 {
            return Err(errors::answer_too_large(location));
        }
        self.unread.reserve(length as usize);
        while self.more(deadline, location).await? {}
        Ok(self.unread.freeze())
    }
}

/// The beginning of an answer of failure; empty if it cannot be read.
pub async fn beginning(response: Response<Incoming>, deadline: Instant) -> Bytes {
    let Ok(mut answer) = Answer::of(response, "") else { return Bytes::new() };
    while answer.unread.len() < MESSAGE && answer.more(deadline, "").await.unwrap_or(false) {}
    answer.unread.freeze()
}
