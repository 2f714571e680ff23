//! Values between our encoding and Hrana's.

use super::messages::{Empty, Stmt, StmtResult, WireKind, WireRow, WireValue};
use crate::value::{Changes, Executed, Rows, Value};

/// A statement with its parameters.
pub fn stmt(sql: &str, params: &[Value<'_>], want_rows: bool) -> Stmt {
    let args = params.iter().map(|param| wire_value(*param)).collect();
    Stmt { sql: Some(sql.to_owned()), args, want_rows: Some(want_rows) }
}

fn wire_value(value: Value<'_>) -> WireValue {
    let kind = match value {
        Value::Null => WireKind::Null(Empty {}),
        // As SQLite does with it.
        Value::Real(number) if number.is_nan() => WireKind::Null(Empty {}),
        Value::Integer(number) => WireKind::Integer(number),
        Value::Real(number) => WireKind::Real(number),
        Value::Text(bytes) => WireKind::Text(bytes.to_vec()),
        Value::Blob(bytes) => WireKind::Blob(bytes.to_vec()),
    };
    WireValue { kind: Some(kind) }
}

pub fn changes(result: &StmtResult) -> Changes {
    Changes { rows: result.affected_row_count as i64, last_rowid: result.last_insert_rowid.unwrap_or_default() }
}

pub fn executed(result: &StmtResult) -> Executed {
    Executed { changes: changes(result), rows: encode_rows(result) }
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
