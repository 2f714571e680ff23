//! Values between our encoding and Hrana's.

use super::messages::{Empty, Stmt, StmtResult, WireKind, WireRow, WireValue};
use crate::error::{Error, Result};
use crate::value::{Changes, Rows, Value};

/// A statement with its parameters. Fails with USAGE for text that the wire cannot carry.
pub fn stmt(sql: &str, params: &[Value<'_>], want_rows: bool) -> Result<Stmt> {
    let args = params.iter().map(|param| wire_value(*param)).collect::<Result<_>>()?;
    Ok(Stmt { sql: Some(sql.to_owned()), args, want_rows: Some(want_rows) })
}

fn wire_value(value: Value<'_>) -> Result<WireValue> {
    let kind = match value {
        Value::Null => WireKind::Null(Empty {}),
        // As SQLite does with it.
        Value::Real(number) if number.is_nan() => WireKind::Null(Empty {}),
        Value::Integer(number) => WireKind::Integer(number),
        Value::Real(number) => WireKind::Real(number),
        Value::Text(bytes) if std::str::from_utf8(bytes).is_err() => return Err(not_utf8()),
        Value::Text(bytes) => WireKind::Text(bytes.to_vec()),
        Value::Blob(bytes) => WireKind::Blob(bytes.to_vec()),
    };
    Ok(WireValue { kind: Some(kind) })
}

fn not_utf8() -> Error {
    Error::usage(
        "A text among the parameters is not UTF-8, and the server takes no other.",
        "Pass it as a blob, and write CAST(? AS TEXT) in the statement; rows of turso_insert_rows may hold it.",
    )
}

pub fn changes(result: &StmtResult) -> Changes {
    Changes { rows: result.affected_row_count as i64, last_rowid: result.last_insert_rowid.unwrap_or_default() }
}

pub fn encode_rows(result: &StmtResult) -> Vec<u8> {
    let mut rows = Rows::new(names(&result.cols).into_iter());
    for row in &result.rows {
        push_row(&mut rows, row);
    }
    rows.into_bytes()
}

pub fn names(columns: &[super::messages::Column]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_deref().unwrap_or_default()).collect()
}

pub fn push_row(rows: &mut Rows, row: &WireRow) {
    for value in &row.values {
        rows.push(match &value.kind {
            None | Some(WireKind::Null(_)) => Value::Null,
            Some(WireKind::Integer(number)) => Value::Integer(*number),
            Some(WireKind::Real(number)) => Value::Real(*number),
            Some(WireKind::Text(bytes)) => Value::Text(bytes),
            Some(WireKind::Blob(bytes)) => Value::Blob(bytes),
        });
    }
    rows.end_row();
}
