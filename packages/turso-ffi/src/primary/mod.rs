//! The primary: a libsql-server over HTTP.

mod batch;
mod body;
mod connector;
mod cursor;
pub mod errors;
mod http;
mod messages;
mod resolver;
mod stream;
mod values;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;

pub use connector::{connector, Connector};
pub use cursor::RemoteCursor;
pub use stream::Stream;

use self::http::HttpClient;
use self::messages::{
    AnswerKind, Condition, ConditionKind, DescribeRequest, Empty, ExecuteRequest, PipelineAnswer, PipelineRequest,
    Request, RequestKind, Response, ResponseKind, Stmt, StmtResult,
};
use crate::address::Server;
use crate::call::{Call, Repeat};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::sqlite::OUTLINE;
use crate::status::Status;
use crate::value::{Changes, Value};

const PIPELINE: &str = "v3-protobuf/pipeline";

/// Statements whose kind is remembered.
const KNOWN_STATEMENTS: usize = 1024;

pub struct Primary {
    http: HttpClient,
    /// Whether a statement only reads, as the server said.
    readonly: Mutex<HashMap<String, bool>>,
}

impl Primary {
    pub fn new(server: Server, credentials: &Credentials, timeout: Duration) -> Result<Self> {
        // A third of a call's time, so that there is some left to try again.
        let http = HttpClient::new(connector(timeout / 3)?, server, credentials)?;
        Ok(Self { http, readonly: Mutex::default() })
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

    async fn read(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<StmtResult> {
        self.execute_with(call, Repeat::Read, values::stmt(sql, params, true)).await
    }

    /// Runs a statement that writes.
    pub async fn execute(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Changes> {
        let result = self.execute_with(call, Repeat::Unbegun, values::stmt(sql, params, false)).await?;
        Ok(values::changes(&result))
    }

    async fn execute_with(&self, call: Call<'_>, repeat: Repeat, stmt: Stmt) -> Result<StmtResult> {
        let body = closing(RequestKind::Execute(ExecuteRequest { stmt }));
        call.repeat(repeat, || async {
            match self.first(&body, call).await? {
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
        let body = closing(RequestKind::Describe(DescribeRequest { sql: Some(sql.to_owned()) }));
        let readonly = call.repeat(Repeat::Read, || async {
            match self.first(&body, call).await? {
                ResponseKind::Describe(answer) => Ok(answer.result.is_readonly),
                _ => Err(self.not_an_answer()),
            }
        });
        let readonly = readonly.await?;
        let mut known = self.known();
        if known.len() >= KNOWN_STATEMENTS {
            known.clear();
        }
        known.insert(sql.to_owned(), readonly);
        Ok(readonly)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, bool>> {
        self.readonly.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Sends requests and gives the answer to the first of them.
    async fn first(&self, body: &Bytes, call: Call<'_>) -> Result<ResponseKind> {
        let answer = self.pipeline(None, body.clone(), call).await?;
        self.first_of(answer.results)
    }

    fn first_of(&self, results: Vec<messages::Answer>) -> Result<ResponseKind> {
        match results.into_iter().next().and_then(|answer| answer.kind) {
            Some(AnswerKind::Ok(Response { kind: Some(kind) })) => Ok(kind),
            Some(AnswerKind::Error(error)) => Err(errors::answered(&error, self.location())),
            _ => Err(self.not_an_answer()),
        }
    }

    async fn pipeline(&self, base: Option<&str>, body: Bytes, call: Call<'_>) -> Result<PipelineAnswer> {
        let bytes = self.http.post(base, PIPELINE, body, call.deadline).await?;
        PipelineAnswer::decode(bytes).map_err(|_| self.not_an_answer())
    }

    fn not_an_answer(&self) -> Error {
        errors::not_libsql("its answer is none", self.location())
    }
}

/// A pipeline of one request on a stream of its own.
fn closing(kind: RequestKind) -> Bytes {
    requests(None, vec![kind, RequestKind::Close(Empty {})])
}

fn requests(baton: Option<String>, kinds: Vec<RequestKind>) -> Bytes {
    let requests = kinds.into_iter().map(|kind| Request { kind: Some(kind) }).collect();
    PipelineRequest { baton, requests }.encode_to_vec().into()
}

fn condition(kind: ConditionKind) -> Condition {
    Condition { kind: Some(kind) }
}

fn not(kind: ConditionKind) -> Condition {
    condition(ConditionKind::Not(Box::new(condition(kind))))
}

fn plain(sql: &str) -> Stmt {
    Stmt { sql: Some(sql.to_owned()), args: Vec::new(), want_rows: Some(false) }
}
