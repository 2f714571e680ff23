//! A query whose rows the server sends as they are wanted.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use hyper::body::HttpBody;
use prost::Message;
use tokio::sync::Mutex;
use tokio::time::{timeout_at, Instant};

use super::messages::{Batch, CursorAnswer, CursorEntry, CursorEntryKind, CursorRequest, Empty, RequestKind, Step};
use super::{errors, requests, values, Primary};
use crate::call::{Call, Repeat};
use crate::error::Result;
use crate::runtime;
use crate::value::{Rows, Value};

const CURSOR: &str = "v3-protobuf/cursor";

/// How long the server has to hear that a cursor is over.
const FAREWELL: Duration = Duration::from_secs(5);

pub struct RemoteCursor {
    primary: Arc<Primary>,
    state: Mutex<State>,
}

struct State {
    /// Of the stream that the query runs on.
    baton: Option<String>,
    body: Option<hyper::Body>,
    unread: BytesMut,
    /// What has come and was not fetched yet.
    page: Rows,
}

impl RemoteCursor {
    pub async fn open(primary: &Arc<Primary>, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Self> {
        primary.require_readonly(call, sql).await?;
        let step = Step { condition: None, stmt: values::stmt(sql, params, true) };
        let request = CursorRequest { baton: None, batch: Batch { steps: vec![step] } };
        let request = bytes::Bytes::from(request.encode_to_vec());
        let state = call.repeat(Repeat::Read, || async {
            let response = primary.http.open(None, CURSOR, request.clone(), call.deadline).await?;
            let mut state = State {
                baton: None,
                body: Some(response.into_body()),
                unread: BytesMut::new(),
                page: Rows::page(Vec::new().into_iter()),
            };
            state.baton = state.message::<CursorAnswer>(primary, call).await?.and_then(|answer| answer.baton);
            if let Some(CursorEntryKind::StepBegin(begin)) = state.entry(primary, call).await? {
                state.page = Rows::page(values::names(&begin.cols).into_iter());
            }
            // The first row now, which tells whether the statement runs at all.
            state.fill(primary, call, 1).await?;
            Ok(state)
        });
        Ok(Self { primary: Arc::clone(primary), state: Mutex::new(state.await?) })
    }

    /// The next rows, at most so many, and whether there may be more.
    pub async fn next(&self, call: Call<'_>, max_rows: u32) -> Result<(bool, Rows)> {
        let mut state = self.state.lock().await;
        state.fill(&self.primary, call, max_rows).await?;
        let next = state.page.next_page();
        Ok((state.body.is_some(), std::mem::replace(&mut state.page, next)))
    }
}

impl Drop for RemoteCursor {
    /// Ends the stream, without waiting for it; the server has few, and would keep this one for 10 s.
    fn drop(&mut self) {
        let state = self.state.get_mut();
        state.body = None;
        let (Some(baton), Ok(runtime)) = (state.baton.take(), runtime::start()) else { return };
        let primary = Arc::clone(&self.primary);
        runtime.spawn(async move {
            let body = requests(Some(baton), vec![RequestKind::Close(Empty {})]);
            let _ = primary.pipeline(None, body, Call::once(Instant::now() + FAREWELL)).await;
        });
    }
}

impl State {
    /// Reads rows until there are so many, or no more.
    async fn fill(&mut self, primary: &Primary, call: Call<'_>, count: u32) -> Result<()> {
        while self.page.count() < count && self.body.is_some() {
            match self.entry(primary, call).await? {
                Some(CursorEntryKind::Row(row)) => values::push_row(&mut self.page, &row),
                Some(_) => {}
                None => self.body = None,
            }
        }
        Ok(())
    }

    /// The next entry, or None at the end of the answer.
    async fn entry(&mut self, primary: &Primary, call: Call<'_>) -> Result<Option<CursorEntryKind>> {
        let entry = match self.message::<CursorEntry>(primary, call).await {
            Ok(entry) => entry.and_then(|entry| entry.kind),
            Err(error) => {
                self.body = None;
                return Err(error);
            }
        };
        let error = match entry {
            Some(CursorEntryKind::Error(error)) => error,
            Some(CursorEntryKind::StepError(step)) => step.error,
            entry => return Ok(entry),
        };
        self.body = None;
        Err(errors::answered(&error, primary.location()))
    }

    async fn message<M: Message + Default>(&mut self, primary: &Primary, call: Call<'_>) -> Result<Option<M>> {
        loop {
            if let Some(end) = whole_message(&self.unread) {
                let bytes = self.unread.split_to(end);
                return M::decode_length_delimited(bytes).map(Some).map_err(|_| primary.not_an_answer());
            }
            let Some(body) = &mut self.body else { return Ok(None) };
            match timeout_at(call.deadline, body.data()).await {
                Ok(Some(Ok(chunk))) => self.unread.extend_from_slice(&chunk),
                Ok(Some(Err(error))) => return Err(errors::transport(&error, true, primary.location())),
                Ok(None) if self.unread.is_empty() => return Ok(None),
                Ok(None) => return Err(primary.not_an_answer()),
                Err(_) => return Err(errors::timed_out(true, primary.location())),
            }
        }
    }
}

/// Where the first message of `bytes` ends, if it is there as a whole.
fn whole_message(bytes: &BytesMut) -> Option<usize> {
    let mut rest = &bytes[..];
    let length = prost::encoding::decode_varint(&mut rest).ok()?;
    let end = bytes.len() - rest.remaining() + length as usize;
    (end <= bytes.len()).then_some(end)
}
