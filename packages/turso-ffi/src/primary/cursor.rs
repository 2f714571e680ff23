//! A query whose rows the server sends as they are wanted.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use http::HeaderMap;
use prost::Message;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer::Answer;
use super::encodings::{self, Encoding};
use super::http::{Posted, To};
use super::messages::{
    Batch, CursorAnswer, CursorEntry, CursorEntryKind, CursorRequest, Empty, RequestKind, Step, WireRow,
};
use super::{errors, exact, requests, values, Primary};
use crate::call::{Call, Repeat};
use crate::error::Result;
use crate::runtime;
use crate::sql_tokens;
use crate::sqlite::several_statements;
use crate::value::{Rows, Value};

/// How long the server has to hear that a cursor is over.
const FAREWELL: Duration = Duration::from_secs(5);

pub struct RemoteCursor {
    primary: Arc<Primary>,
    state: Mutex<State>,
}

struct State {
    /// Of the stream that the query runs on.
    baton: Option<String>,
    source: Source,
    /// Whether rows come in the spelled form of the query, whose answer can tell all values in JSON.
    is_spelled: bool,
    /// What has come and was not fetched yet.
    page: Rows,
    /// Whether the server has said that there are no more rows.
    is_complete: bool,
}

/// Where rows come from.
enum Source {
    /// An answer under way, in messages of this encoding.
    Answer {
        encoding: Encoding,
        answer: Answer,
    },
    /// An answer that has come as a whole, from a server that does not send rows as they are wanted.
    Whole(std::vec::IntoIter<WireRow>),
    Over,
}

impl RemoteCursor {
    pub async fn open(primary: &Arc<Primary>, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Self> {
        primary.require_readonly(call, sql).await?;
        // Servers fail with status 500 here.
        if sql_tokens::has_several(sql) {
            return Err(several_statements());
        }
        let state = call.repeat(Repeat::Read, || async {
            match begin(primary, call, sql, params).await? {
                Some(state) => Ok(state),
                None => whole(primary, call, sql, params).await,
            }
        });
        Ok(Self { primary: Arc::clone(primary), state: Mutex::new(state.await?) })
    }

    /// The next rows, at most so many, and whether there may be more.
    pub async fn next(&self, call: Call<'_>, max_rows: u32) -> Result<(bool, Rows)> {
        let mut state = self.state.lock().await;
        state.fill(&self.primary, call, max_rows).await?;
        let next = state.page.next_page();
        Ok((!matches!(state.source, Source::Over), std::mem::replace(&mut state.page, next)))
    }
}

impl Drop for RemoteCursor {
    /// Ends the stream, without waiting for it; the server has few, and would keep this one for 10 s.
    fn drop(&mut self) {
        let state = self.state.get_mut();
        state.source = Source::Over;
        let (Some(baton), Ok(runtime)) = (state.baton.take(), runtime::start()) else {
            return;
        };
        let primary = Arc::clone(&self.primary);
        runtime.spawn(async move {
            let request = requests(Some(baton), vec![RequestKind::Close(Empty {})]);
            let _ = primary.pipeline(None, &request, Call::once(Instant::now() + FAREWELL)).await;
        });
    }
}

/// Begins a query whose rows are sent as they are wanted. None if the server sends none so.
async fn begin(primary: &Primary, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Option<State>> {
    let Some((encoding, path)) = primary.encoding().and_then(|encoding| Some((encoding, encoding.cursor()?))) else {
        return Ok(None);
    };
    let is_spelled = encoding != Encoding::Protobuf;
    let cols = if is_spelled { primary.describe(call, sql).await?.cols } else { Vec::new() };
    let stmt = if is_spelled {
        values::stmt(&exact::spelled_out(sql, cols.len()), params, true)
    } else {
        values::stmt(sql, params, true)
    };
    let request = CursorRequest { baton: None, batch: Batch { steps: vec![Step { condition: None, stmt }] } };
    let (content_type, headers) = (encoding.content_type(), HeaderMap::new());
    let to = To { base: None, path, content_type, headers, sent: None, is_continued: false };
    let answer = match primary.http.open(&to, encoding.encode_cursor(&request), call.deadline).await? {
        Posted::Answer(answer) => answer,
        Posted::NoRoute(_) => return Ok(None),
    };
    let source = Source::Answer { encoding, answer };
    let page = Rows::page(values::names(&cols).into_iter());
    let mut state = State { baton: None, source, is_spelled, page, is_complete: false };
    let head = state.message(primary, call, read_answer).await?;
    state.baton = head.ok_or_else(|| primary.not_an_answer())?.baton;
    if let (Some(CursorEntryKind::StepBegin(begin)), false) = (state.entry(primary, call).await?, is_spelled) {
        state.page = Rows::page(values::names(&begin.cols).into_iter());
    }
    // The first row now, which tells whether the statement runs at all.
    state.fill(primary, call, 1).await?;
    Ok(Some(state))
}

/// Reads all rows at once.
async fn whole(primary: &Primary, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<State> {
    let result = primary.read(call, sql, params).await?;
    let page = Rows::page(values::names(&result.cols).into_iter());
    let source = Source::Whole(result.rows.into_iter());
    Ok(State { baton: None, source, is_spelled: false, page, is_complete: true })
}

impl State {
    /// Reads rows until there are so many, or no more.
    async fn fill(&mut self, primary: &Primary, call: Call<'_>, count: u32) -> Result<()> {
        while self.page.count() < count && !matches!(self.source, Source::Over) {
            match self.entry(primary, call).await? {
                Some(CursorEntryKind::Row(row)) => {
                    let row = if self.is_spelled { exact::restored_row(row) } else { row };
                    if row.values.len() != self.page.width() {
                        return Err(primary.not_an_answer());
                    }
                    values::push_row(&mut self.page, &row);
                }
                Some(_) => {}
                None => self.source = Source::Over,
            }
        }
        Ok(())
    }

    /// The next entry, or None at the end of the answer.
    async fn entry(&mut self, primary: &Primary, call: Call<'_>) -> Result<Option<CursorEntryKind>> {
        if let Source::Whole(rows) = &mut self.source {
            return Ok(rows.next().map(CursorEntryKind::Row));
        }
        while let Some(entry) = self.message(primary, call, read_entry).await? {
            let error = match entry.kind {
                Some(CursorEntryKind::Error(error)) => error,
                Some(CursorEntryKind::StepError(step)) => step.error,
                Some(CursorEntryKind::StepEnd(_)) => {
                    self.is_complete = true;
                    continue;
                }
                Some(kind) => return Ok(Some(kind)),
                // One of a kind that is not known says nothing to us.
                None => continue,
            };
            return Err(errors::answered(&error, primary.location()));
        }
        if self.is_complete {
            Ok(None)
        } else {
            Err(errors::interrupted("ended before the last row", primary.location()))
        }
    }

    async fn message<M>(
        &mut self,
        primary: &Primary,
        call: Call<'_>,
        read: fn(Encoding, BytesMut) -> Option<M>,
    ) -> Result<Option<M>> {
        let Source::Answer { encoding, answer } = &mut self.source else {
            return Ok(None);
        };
        loop {
            if let Some(end) = whole_message(*encoding, &answer.unread) {
                return read(*encoding, answer.unread.split_to(end)).map(Some).ok_or_else(|| primary.not_an_answer());
            }
            if answer.more(call.deadline, primary.location()).await? {
                continue;
            }
            if answer.unread.is_empty() {
                return Ok(None);
            }
            // A last line may end with the answer.
            if *encoding == Encoding::Protobuf || answer.unread.ends_with(b"\n") {
                return Err(primary.not_an_answer());
            }
            answer.unread.extend_from_slice(b"\n");
        }
    }
}

fn read_answer(encoding: Encoding, message: BytesMut) -> Option<CursorAnswer> {
    match encoding {
        Encoding::Protobuf => CursorAnswer::decode_length_delimited(message).ok(),
        Encoding::Json3 | Encoding::Json2 => encodings::cursor_answer(&message),
    }
}

fn read_entry(encoding: Encoding, message: BytesMut) -> Option<CursorEntry> {
    match encoding {
        Encoding::Protobuf => CursorEntry::decode_length_delimited(message).ok(),
        Encoding::Json3 | Encoding::Json2 => encodings::cursor_entry(&message),
    }
}

/// Where the first message of `bytes` ends, if it is there as a whole: in JSON, each is a line.
fn whole_message(encoding: Encoding, bytes: &BytesMut) -> Option<usize> {
    if encoding != Encoding::Protobuf {
        return bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
    }
    let mut rest = &bytes[..];
    let length = prost::encoding::decode_varint(&mut rest).ok()?;
    let end = bytes.len() - rest.remaining() + length as usize;
    (end <= bytes.len()).then_some(end)
}
