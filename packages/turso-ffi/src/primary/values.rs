//! Values between our encoding and Hrana's.

use super::messages::{Empty, NamedArg, Stmt, StmtResult, WireKind, WireRow, WireValue};
use crate::parameters;
use crate::value::{Changes, Executed, Rows, Value};

/// A statement with its parameters. A server takes values for numbers or for names, and never for both in one statement.
pub fn stmt(sql: &str, params: &[Value<'_>], want_rows: bool) -> Stmt {
    let args: Vec<_> = params.iter().map(|param| wire_value(*param)).collect();
    let plain = |sql: String, args| Stmt { sql: Some(sql), args, named_args: Vec::new(), want_rows: Some(want_rows) };
    let names = if sql.contains([':', '@', '$']) { parameters::names(sql) } else { Vec::new() };
    // The server tells of a number of values that does not fit.
    if names.len() != args.len() || names.iter().all(Option::is_none) {
        return plain(sql.to_owned(), args);
    }
    let Some(names) = names.iter().copied().collect::<Option<Vec<_>>>() else {
        return plain(parameters::numbered(sql), args);
    };
    let named = names.into_iter().zip(args).map(|(name, value)| NamedArg { name: name.to_owned(), value });
    Stmt { named_args: named.collect(), ..plain(sql.to_owned(), Vec::new()) }
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
    match result.affected_row_count as i64 {
        // The rowid is of an earlier statement.
        0 => Changes::default(),
        rows => Changes { rows, last_rowid: result.last_insert_rowid.unwrap_or_default() },
    }
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
