//! The primary: a libsql-server over HTTP.

mod answer;
mod batch;
mod beginning;
mod body;
mod busy;
mod connector;
mod cursor;
mod encodings;
pub mod errors;
mod exact;
pub mod http;
mod messages;
mod proxy;
mod resolver;
mod returning;
mod stream;
mod tls;
mod tunnel;
mod values;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::HeaderMap;

pub use answer::Answer;
pub use body::Sent;
pub use cursor::RemoteCursor;
pub use stream::Stream;

use self::encodings::Encoding;
use self::http::{HttpClient, Posted, To};
use self::messages::{
    AnswerKind, Condition, ConditionKind, DescribeRequest, DescribeResult, Empty, ExecuteRequest, PipelineAnswer,
    PipelineRequest, Request, RequestKind, Response, ResponseKind, Stmt, StmtResult,
};
use self::returning::Returning;
use crate::address::Server;
use crate::call::{Call, Repeat};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::events::{Events, Listeners};
use crate::secret::Secret;
use crate::sqlite::OUTLINE;
use crate::status::Status;
use crate::value::{Executed, Value};

/// Bytes that are not sent in an encoding which the server may not know.
const LARGE: usize = 250_000;

/// Statements whose kind is remembered.
const KNOWN_STATEMENTS: usize = 1024;

/// Gives the memory back that connections share.
pub fn release() {
    tls::release();
}

pub struct Primary {
    http: HttpClient,
    credentials: Mutex<Credentials>,
    /// The number of the encoding that the server knows; 0 while that is not known.
    encoding: AtomicU8,
    /// Whether a statement only reads, as the server said.
    readonly: Mutex<HashMap<String, bool>>,
}

impl Primary {
    pub fn new(server: Server, credentials: &Credentials, timeout: Duration, events: &Arc<Events>) -> Result<Self> {
        let listeners = Listeners::default();
        listeners.add(events);
        let http = HttpClient::new(server, credentials.headers()?, timeout, Arc::new(listeners))?;
        let credentials = Mutex::new(credentials.clone());
        Ok(Self { http, credentials, encoding: AtomicU8::new(0), readonly: Mutex::default() })
    }

    /// Requests that begin from now on have this token; gives all credentials. Fails as `Credentials::check` does, and then nothing
    /// changes.
    pub fn set_token(&self, token: Secret) -> Result<Credentials> {
        let mut credentials = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        let renewed = Credentials { token, ..credentials.clone() };
        renewed.check(self.http.server())?;
        self.http.set_headers(renewed.headers()?);
        *credentials = renewed.clone();
        Ok(renewed)
    }

    /// Its client, whose sockets a replica uses too.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    pub fn location(&self) -> &str {
        self.http.location()
    }

    pub fn requests(&self) -> u64 {
        self.http.requests()
    }

    pub fn repeated(&self) -> u64 {
        self.http.repeated()
    }

    pub fn reconnects(&self) -> u64 {
        self.http.reconnects()
    }

    /// The database in outline, as encoded rows; None where the server does not tell. Fails where the server is not there or
    /// refuses the token.
    pub async fn outline(&self, call: Call<'_>) -> Result<Option<Vec<u8>>> {
        match self.read(call, OUTLINE, &[]).await {
            Ok(result) => Ok(Some(values::encode_rows(&result))),
            Err(error) if error.status == Status::SqlFailed => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a statement that reads; the answer is encoded rows. Fails with USAGE for one that would write.
    pub async fn query(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        self.require_readonly(call, sql).await?;
        Ok(values::encode_rows(&self.read(call, sql, params).await?))
    }

    /// Reads exactly: a query whose answer cannot tell all values is asked again in a form whose answer can.
    async fn read(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<StmtResult> {
        let cols = match self.execute_with(call, Repeat::Read, values::stmt(sql, params, true)).await {
            Ok(result) if !exact::lacks_a_value(&result) => return Ok(result),
            Ok(result) => result.cols,
            // Of a query that cannot be described, the first error is the one to know.
            Err(error) if exact::is_not_text(&error) => match self.describe(call, sql).await {
                Ok(described) if !described.cols.is_empty() => described.cols,
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let spelled = values::stmt(&exact::spelled_out(sql, cols.len()), params, true);
        Ok(exact::restored(self.execute_with(call, Repeat::Read, spelled).await?, cols))
    }

    /// Runs a statement that writes. Fails with ANSWER_NOT_EXACT if its answer cannot tell all values.
    pub async fn execute(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        let run = |stmt| self.execute_with(call, Repeat::Unbegun, stmt);
        let outcome = match self.signed(call, sql).await? {
            Some((signed, count)) => {
                run(values::stmt(&signed, params, true)).await.map(|result| returning::restored(result, count))
            }
            None => run(values::stmt(sql, params, true)).await,
        };
        let lost = match outcome {
            Ok(result) if !exact::lacks_a_value(&result) => return Ok(values::executed(&result)),
            Ok(_) => returning::not_exact(self.location()),
            // Servers fail on such rows once the statement is carried out.
            Err(error) if exact::is_not_text(&error) => returning::not_text(self.location()),
            Err(error) => return Err(error),
        };
        // What only reads may run again, in a form whose answer tells all values.
        match self.is_readonly(call, sql).await {
            Ok(true) => Ok(values::executed(&self.read(call, sql, params).await?)),
            _ => Err(lost),
        }
    }

    /// The signed form of a statement and the number of its own columns, if its answer is to come with signs.
    async fn signed(&self, call: Call<'_>, sql: &str) -> Result<Option<(String, usize)>> {
        let Some(list) = self.unsigned(sql) else {
            return Ok(None);
        };
        if !list.needs_names() {
            return Ok(list.signed(&[]));
        }
        // What cannot be described fails as it runs, and says why.
        match self.describe(call, sql).await {
            Ok(described) => Ok(list.signed(&values::names(&described.cols))),
            Err(error) if error.status == Status::SqlFailed => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The list behind RETURNING, if the answer needs the signs of its infinities.
    fn unsigned<'s>(&self, sql: &'s str) -> Option<Returning<'s>> {
        match self.encoding() {
            Some(encoding) if encoding.tells_infinities() => None,
            _ => Returning::of(sql),
        }
    }

    async fn execute_with(&self, call: Call<'_>, repeat: Repeat, stmt: Stmt) -> Result<StmtResult> {
        let request = closing(RequestKind::Execute(ExecuteRequest { stmt }));
        call.repeat(repeat, || async {
            match self.first(&request, call).await? {
                ResponseKind::Execute(answer) => Ok(answer.result),
                _ => Err(self.not_an_answer()),
            }
        })
        .await
    }

    /// Fails with USAGE for a statement that would write.
    pub async fn require_readonly(&self, call: Call<'_>, sql: &str) -> Result<()> {
        if self.is_readonly(call, sql).await? {
            Ok(())
        } else {
            Err(crate::sqlite::would_write())
        }
    }

    /// Whether a statement only reads; asks the server once.
    pub async fn is_readonly(&self, call: Call<'_>, sql: &str) -> Result<bool> {
        if let Some(&known) = self.known().get(sql) {
            return Ok(known);
        }
        let readonly = self.describe(call, sql).await?.is_readonly;
        let mut known = self.known();
        if known.len() >= KNOWN_STATEMENTS {
            known.clear();
        }
        known.insert(sql.to_owned(), readonly);
        Ok(readonly)
    }

    async fn describe(&self, call: Call<'_>, sql: &str) -> Result<DescribeResult> {
        let request = closing(describing(sql));
        call.repeat(Repeat::Read, || async {
            match self.first(&request, call).await? {
                ResponseKind::Describe(answer) => Ok(answer.result),
                _ => Err(self.not_an_answer()),
            }
        })
        .await
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, bool>> {
        self.readonly.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Sends requests and gives the answer to the first of them.
    async fn first(&self, request: &PipelineRequest, call: Call<'_>) -> Result<ResponseKind> {
        let answer = self.pipeline(None, request, call).await?;
        self.first_of(answer.results)
    }

    fn first_of(&self, results: Vec<messages::Answer>) -> Result<ResponseKind> {
        match results.into_iter().next().and_then(|answer| answer.kind) {
            Some(AnswerKind::Ok(Response { kind: Some(kind) })) => Ok(kind),
            Some(AnswerKind::Error(error)) => Err(errors::answered(&error, self.location())),
            _ => Err(self.not_an_answer()),
        }
    }

    /// Sends requests in the encoding that the server knows. Which one that is, its first answer tells: the path of an encoding that
    /// it does not know is not there, and nothing is done, so that a write may be sent there too. It may also change later.
    async fn pipeline(&self, base: Option<&str>, request: &PipelineRequest, call: Call<'_>) -> Result<PipelineAnswer> {
        let known = self.encoding();
        // A stream that is open has an encoding that the server knows.
        let others = Encoding::ALL.into_iter().filter(|it| Some(*it) != known && request.baton.is_none());
        let mut first = None;
        for encoding in known.into_iter().chain(others) {
            match self.pipeline_in(encoding, base, request, call).await? {
                Ok(answer) => {
                    self.encoding.store(encoding as u8, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(no_route) => first = first.or(Some(no_route)),
            }
        }
        Err(first.unwrap_or_else(|| self.not_an_answer()))
    }

    /// Sends requests in an encoding. The inner error tells that the server does not have its path.
    async fn pipeline_in(
        &self,
        encoding: Encoding,
        base: Option<&str>,
        request: &PipelineRequest,
        call: Call<'_>,
    ) -> Result<Result<PipelineAnswer, Error>> {
        let (path, content_type) = (encoding.pipeline(), encoding.content_type());
        let is_continued = request.baton.is_some();
        let to = To { base, path, content_type, headers: HeaderMap::new(), sent: call.sent, is_continued };
        let body = encoding.encode(request);
        if self.encoding() != Some(encoding) && body.len() > LARGE {
            let nothing = encoding.encode(&requests(None, vec![RequestKind::Close(Empty {})]));
            let to = To { sent: None, headers: HeaderMap::new(), ..to };
            if let Posted::NoRoute(error) = self.http.post(&to, nothing, call.deadline).await? {
                return Ok(Err(error));
            }
        }
        match self.http.post(&to, body, call.deadline).await? {
            Posted::Answer(bytes) => encoding.decode(bytes).map(Ok).ok_or_else(|| self.not_an_answer()),
            Posted::NoRoute(error) => Ok(Err(error)),
        }
    }

    fn encoding(&self) -> Option<Encoding> {
        Encoding::of(self.encoding.load(Ordering::Relaxed))
    }

    fn not_an_answer(&self) -> Error {
        errors::not_libsql("its answer is none", self.location()).may_be_done()
    }
}

/// A pipeline of one request on a stream of its own.
fn closing(kind: RequestKind) -> PipelineRequest {
    requests(None, vec![kind, RequestKind::Close(Empty {})])
}

fn requests(baton: Option<String>, kinds: Vec<RequestKind>) -> PipelineRequest {
    let requests = kinds.into_iter().map(|kind| Request { kind: Some(kind) }).collect();
    PipelineRequest { baton, requests }
}

fn describing(sql: &str) -> RequestKind {
    RequestKind::Describe(DescribeRequest { sql: Some(sql.to_owned()) })
}

fn condition(kind: ConditionKind) -> Condition {
    Condition { kind: Some(kind) }
}

fn not(kind: ConditionKind) -> Condition {
    condition(ConditionKind::Not(Box::new(condition(kind))))
}

fn plain(sql: &str) -> Stmt {
    Stmt { sql: Some(sql.to_owned()), args: Vec::new(), named_args: Vec::new(), want_rows: Some(false) }
}
