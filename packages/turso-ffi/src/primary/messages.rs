//! What clients and servers say to each other, as the messages of Hrana 3 in protobuf that libsql-server reads and writes. Other
//! encodings say the same.
//!
//! Text is kept as bytes: the wire is the same, and nothing is checked or copied twice.
//! See <https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md>.

use std::collections::HashMap;

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub struct PipelineRequest {
    #[prost(string, optional, tag = "1")]
    pub baton: Option<String>,
    #[prost(message, repeated, tag = "2")]
    pub requests: Vec<Request>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Request {
    #[prost(oneof = "RequestKind", tags = "1, 2, 3, 5")]
    pub kind: Option<RequestKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum RequestKind {
    #[prost(message, tag = "1")]
    Close(Empty),
    #[prost(message, tag = "2")]
    Execute(ExecuteRequest),
    #[prost(message, tag = "3")]
    Batch(BatchRequest),
    #[prost(message, tag = "5")]
    Describe(DescribeRequest),
}

#[derive(Clone, PartialEq, Message)]
pub struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub struct ExecuteRequest {
    #[prost(message, required, tag = "1")]
    pub stmt: Stmt,
}

#[derive(Clone, PartialEq, Message)]
pub struct BatchRequest {
    #[prost(message, required, tag = "1")]
    pub batch: Batch,
}

#[derive(Clone, PartialEq, Message)]
pub struct DescribeRequest {
    #[prost(string, optional, tag = "1")]
    pub sql: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct CursorRequest {
    #[prost(string, optional, tag = "1")]
    pub baton: Option<String>,
    #[prost(message, required, tag = "2")]
    pub batch: Batch,
}

#[derive(Clone, PartialEq, Message)]
pub struct Batch {
    #[prost(message, repeated, tag = "1")]
    pub steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Step {
    #[prost(message, optional, tag = "1")]
    pub condition: Option<Condition>,
    #[prost(message, required, tag = "2")]
    pub stmt: Stmt,
}

#[derive(Clone, PartialEq, Message)]
pub struct Condition {
    #[prost(oneof = "ConditionKind", tags = "1, 3, 6")]
    pub kind: Option<ConditionKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum ConditionKind {
    #[prost(uint32, tag = "1")]
    Ok(u32),
    #[prost(message, tag = "3")]
    Not(Box<Condition>),
    #[prost(message, tag = "6")]
    IsAutocommit(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub struct Stmt {
    #[prost(string, optional, tag = "1")]
    pub sql: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub args: Vec<WireValue>,
    #[prost(message, repeated, tag = "4")]
    pub named_args: Vec<NamedArg>,
    #[prost(bool, optional, tag = "5")]
    pub want_rows: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub struct NamedArg {
    #[prost(string, required, tag = "1")]
    pub name: String,
    #[prost(message, required, tag = "2")]
    pub value: WireValue,
}

#[derive(Clone, PartialEq, Message)]
pub struct WireValue {
    #[prost(oneof = "WireKind", tags = "1, 2, 3, 4, 5")]
    pub kind: Option<WireKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum WireKind {
    #[prost(message, tag = "1")]
    Null(Empty),
    #[prost(sint64, tag = "2")]
    Integer(i64),
    #[prost(double, tag = "3")]
    Real(f64),
    #[prost(bytes = "vec", tag = "4")]
    Text(Vec<u8>),
    #[prost(bytes = "vec", tag = "5")]
    Blob(Vec<u8>),
}

#[derive(Clone, PartialEq, Message)]
pub struct PipelineAnswer {
    #[prost(string, optional, tag = "1")]
    pub baton: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub base_url: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub results: Vec<Answer>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Answer {
    #[prost(oneof = "AnswerKind", tags = "1, 2")]
    pub kind: Option<AnswerKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum AnswerKind {
    #[prost(message, tag = "1")]
    Ok(Response),
    #[prost(message, tag = "2")]
    Error(WireError),
}

#[derive(Clone, PartialEq, Message)]
pub struct Response {
    #[prost(oneof = "ResponseKind", tags = "1, 2, 3, 5")]
    pub kind: Option<ResponseKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum ResponseKind {
    #[prost(message, tag = "1")]
    Close(Empty),
    #[prost(message, tag = "2")]
    Execute(ExecuteAnswer),
    #[prost(message, tag = "3")]
    Batch(BatchAnswer),
    #[prost(message, tag = "5")]
    Describe(DescribeAnswer),
}

#[derive(Clone, PartialEq, Message)]
pub struct ExecuteAnswer {
    #[prost(message, required, tag = "1")]
    pub result: StmtResult,
}

#[derive(Clone, PartialEq, Message)]
pub struct BatchAnswer {
    #[prost(message, required, tag = "1")]
    pub result: BatchResult,
}

#[derive(Clone, PartialEq, Message)]
pub struct DescribeAnswer {
    #[prost(message, required, tag = "1")]
    pub result: DescribeResult,
}

#[derive(Clone, PartialEq, Message)]
pub struct DescribeResult {
    #[prost(message, repeated, tag = "2")]
    pub cols: Vec<Column>,
    #[prost(bool, tag = "4")]
    pub is_readonly: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct WireError {
    #[prost(string, tag = "1")]
    pub message: String,
    #[prost(string, tag = "2")]
    pub code: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct StmtResult {
    #[prost(message, repeated, tag = "1")]
    pub cols: Vec<Column>,
    #[prost(message, repeated, tag = "2")]
    pub rows: Vec<WireRow>,
    #[prost(uint64, tag = "3")]
    pub affected_row_count: u64,
    #[prost(sint64, optional, tag = "4")]
    pub last_insert_rowid: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Column {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct WireRow {
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<WireValue>,
}

#[derive(Clone, PartialEq, Message)]
pub struct BatchResult {
    #[prost(map = "uint32, message", tag = "1")]
    pub step_results: HashMap<u32, StmtResult>,
    #[prost(map = "uint32, message", tag = "2")]
    pub step_errors: HashMap<u32, WireError>,
}

#[derive(Clone, PartialEq, Message)]
pub struct CursorAnswer {
    #[prost(string, optional, tag = "1")]
    pub baton: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub base_url: Option<String>,
}

/// What a cursor's answer consists of, one after the other.
#[derive(Clone, PartialEq, Message)]
pub struct CursorEntry {
    #[prost(oneof = "CursorEntryKind", tags = "1, 2, 3, 4, 5")]
    pub kind: Option<CursorEntryKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum CursorEntryKind {
    #[prost(message, tag = "1")]
    StepBegin(StepBegin),
    #[prost(message, tag = "2")]
    StepEnd(Empty),
    #[prost(message, tag = "3")]
    StepError(StepError),
    #[prost(message, tag = "4")]
    Row(WireRow),
    #[prost(message, tag = "5")]
    Error(WireError),
}

#[derive(Clone, PartialEq, Message)]
pub struct StepBegin {
    #[prost(uint32, tag = "1")]
    pub step: u32,
    #[prost(message, repeated, tag = "2")]
    pub cols: Vec<Column>,
}

#[derive(Clone, PartialEq, Message)]
pub struct StepError {
    #[prost(uint32, tag = "1")]
    pub step: u32,
    #[prost(message, required, tag = "2")]
    pub error: WireError,
}
