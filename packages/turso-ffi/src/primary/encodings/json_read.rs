//! Answers in JSON. Servers of another kind may have put anything anywhere: what is not as it should be is no answer.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::primary::messages::{
    Answer, AnswerKind, BatchAnswer, BatchResult, Column, CursorAnswer, CursorEntry, CursorEntryKind, DescribeAnswer,
    DescribeResult, Empty, ExecuteAnswer, PipelineAnswer, Response, ResponseKind, StepBegin, StepError, StmtResult,
    WireError, WireKind, WireRow, WireValue,
};

/// With padding or without: servers write it either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub fn pipeline(answer: &[u8]) -> Option<PipelineAnswer> {
    let read: Pipeline = serde_json::from_slice(answer).ok()?;
    let results = read.results.into_iter().map(answer_of).collect::<Option<_>>()?;
    Some(PipelineAnswer { baton: read.baton, base_url: read.base_url, results })
}

/// The first line of a cursor's answer.
pub fn cursor_answer(line: &[u8]) -> Option<CursorAnswer> {
    let read: Pipeline = serde_json::from_slice(line).ok()?;
    Some(CursorAnswer { baton: read.baton, base_url: read.base_url })
}

/// A further line of a cursor's answer.
pub fn cursor_entry(line: &[u8]) -> Option<CursorEntry> {
    let entry: Entry = serde_json::from_slice(line).ok()?;
    let kind = match entry.kind.as_ref() {
        "step_begin" => CursorEntryKind::StepBegin(StepBegin {
            step: entry.step,
            cols: entry.cols.into_iter().map(column).collect(),
        }),
        "step_end" => CursorEntryKind::StepEnd(Empty {}),
        "step_error" => CursorEntryKind::StepError(StepError { step: entry.step, error: error_of(entry.error?) }),
        "row" => CursorEntryKind::Row(row(entry.row)?),
        "error" => CursorEntryKind::Error(error_of(entry.error?)),
        // Of a later version, such as the number of the latest write.
        _ => return Some(CursorEntry { kind: None }),
    };
    Some(CursorEntry { kind: Some(kind) })
}

#[derive(Deserialize)]
struct Pipeline<'a> {
    baton: Option<String>,
    base_url: Option<String>,
    #[serde(borrow, default)]
    results: Vec<ResultOf<'a>>,
}

#[derive(Deserialize)]
struct ResultOf<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    error: Option<ErrorOf>,
    #[serde(borrow)]
    response: Option<ResponseOf<'a>>,
}

#[derive(Deserialize)]
struct ResponseOf<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ErrorOf {
    message: String,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    step_results: Vec<Option<Statement<'a>>>,
    step_errors: Vec<Option<ErrorOf>>,
}

#[derive(Deserialize)]
struct Statement<'a> {
    #[serde(default)]
    cols: Vec<ColumnOf>,
    #[serde(borrow, default)]
    rows: Vec<Vec<ValueOf<'a>>>,
    #[serde(default)]
    affected_row_count: u64,
    #[serde(borrow)]
    last_insert_rowid: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Describe {
    is_readonly: bool,
    #[serde(default)]
    cols: Vec<ColumnOf>,
}

#[derive(Deserialize)]
struct ColumnOf {
    name: Option<String>,
}

#[derive(Deserialize)]
struct ValueOf<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    base64: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default)]
    step: u32,
    #[serde(default)]
    cols: Vec<ColumnOf>,
    #[serde(borrow, default)]
    row: Vec<ValueOf<'a>>,
    error: Option<ErrorOf>,
}

fn answer_of(result: ResultOf<'_>) -> Option<Answer> {
    let kind = match result.kind.as_ref() {
        "error" => AnswerKind::Error(error_of(result.error?)),
        _ => AnswerKind::Ok(Response { kind: response(result.response?)? }),
    };
    Some(Answer { kind: Some(kind) })
}

fn response(response: ResponseOf<'_>) -> Option<Option<ResponseKind>> {
    let result = || response.result.map_or("null", RawValue::get);
    Some(Some(match response.kind.as_ref() {
        "close" => ResponseKind::Close(Empty {}),
        "execute" => ResponseKind::Execute(ExecuteAnswer { result: statement(serde_json::from_str(result()).ok()?)? }),
        "batch" => ResponseKind::Batch(BatchAnswer { result: batch(serde_json::from_str(result()).ok()?)? }),
        "describe" => {
            let Describe { is_readonly, cols } = serde_json::from_str(result()).ok()?;
            let cols = cols.into_iter().map(column).collect();
            ResponseKind::Describe(DescribeAnswer { result: DescribeResult { is_readonly, cols } })
        }
        _ => return Some(None),
    }))
}

fn batch(batch: Batch<'_>) -> Option<BatchResult> {
    let mut result = BatchResult { step_results: HashMap::new(), step_errors: HashMap::new() };
    for (step, found) in (0..).zip(batch.step_results) {
        if let Some(found) = found {
            result.step_results.insert(step, statement(found)?);
        }
    }
    let errors = (0..).zip(batch.step_errors);
    result.step_errors.extend(errors.filter_map(|(step, error)| Some((step, error_of(error?)))));
    Some(result)
}

fn statement(read: Statement<'_>) -> Option<StmtResult> {
    let last_insert_rowid = match read.last_insert_rowid {
        Some(rowid) => Some(integer(rowid)?),
        None => None,
    };
    Some(StmtResult {
        cols: read.cols.into_iter().map(column).collect(),
        rows: read.rows.into_iter().map(row).collect::<Option<_>>()?,
        affected_row_count: read.affected_row_count,
        last_insert_rowid,
    })
}

fn column(column: ColumnOf) -> Column {
    Column { name: column.name }
}

fn row(values: Vec<ValueOf<'_>>) -> Option<WireRow> {
    Some(WireRow { values: values.iter().map(value).collect::<Option<_>>()? })
}

fn value(read: &ValueOf<'_>) -> Option<WireValue> {
    let kind = match (read.kind.as_ref(), read.value) {
        ("null", _) => WireKind::Null(Empty {}),
        ("integer", Some(value)) => WireKind::Integer(integer(value)?),
        // JSON has no infinity; servers put null in its place, whatever its sign.
        ("float", None) => WireKind::Real(f64::NAN),
        ("float", Some(value)) => WireKind::Real(value.get().parse().ok()?),
        ("text", Some(value)) => WireKind::Text(serde_json::from_str::<String>(value.get()).ok()?.into_bytes()),
        ("blob", _) => WireKind::Blob(BASE64.decode(read.base64.as_ref()?.as_bytes()).ok()?),
        _ => return None,
    };
    Some(WireValue { kind: Some(kind) })
}

/// An integer, which servers write as a string.
fn integer(value: &RawValue) -> Option<i64> {
    value.get().trim_matches('"').parse().ok()
}

fn error_of(error: ErrorOf) -> WireError {
    WireError { message: error.message, code: error.code.unwrap_or_else(|| "UNKNOWN".into()) }
}
