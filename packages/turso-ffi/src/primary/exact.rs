//! Queries whose answer cannot tell all values: JSON has no infinity, and servers fail on text that is not UTF-8. Such a query is asked
//! again in a form whose answer can.

use std::ops::Range;

use super::messages::{Column, StmtResult, WireKind, WireRow, WireValue};
use crate::error::Error;
use crate::sql_tokens::without_end;
use crate::status::Status;

/// Whether an answer lacks a value: NaN, which SQLite does not have, stands for one.
pub fn lacks_a_value(result: &StmtResult) -> bool {
    let is_lost = |value: &WireValue| matches!(value.kind, Some(WireKind::Real(number)) if number.is_nan());
    result.rows.iter().any(|row| row.values.iter().any(is_lost))
}

/// Whether it is what libsql-server says if text is not UTF-8, in any encoding.
pub fn is_not_text(error: &Error) -> bool {
    let message = error.message.to_ascii_lowercase();
    error.status == Status::RemoteFailed && (message.contains("invalid utf-8") || message.contains("invalid utf8"))
}

/// The query in a query that gives the encoding of text and the storage classes of each row first, then text as bytes, and infinities as
/// text.
pub fn spelled_out(sql: &str, count: usize) -> String {
    let list = |of: &dyn Fn(usize) -> String, between: &str| (0..count).map(of).collect::<Vec<_>>().join(between);
    let names = list(&|i| format!("c{i}"), ",");
    let values = list(
        &|i| {
            format!(
                "CASE typeof(c{i}) WHEN 'text' THEN CAST(c{i} AS BLOB) \
                 WHEN 'real' THEN iif(abs(c{i})<9e999,c{i},CAST(c{i} AS TEXT)) ELSE c{i} END"
            )
        },
        ",",
    );
    let classes = joined(0..count, &|i| format!("substr(typeof(c{i}),1,1)"));
    format!(
        "WITH turso_sync_rows({names}) AS ({}) \
         SELECT (SELECT encoding FROM pragma_encoding),{classes},{values} FROM turso_sync_rows",
        without_end(sql)
    )
}

/// Texts of these columns, joined in pairs: SQLite allows expressions of a depth of 1,000 only.
pub fn joined(columns: Range<usize>, text: &dyn Fn(usize) -> String) -> String {
    match columns.len() {
        0 => "''".into(),
        1 => text(columns.start),
        length => {
            let middle = columns.start + length / 2;
            format!("({}||{})", joined(columns.start..middle, text), joined(middle..columns.end, text))
        }
    }
}

/// The answer to a query, from that to its spelled form.
pub fn restored(spelled: StmtResult, cols: Vec<Column>) -> StmtResult {
    StmtResult { cols, rows: spelled.rows.into_iter().map(restored_row).collect(), ..spelled }
}

/// A row of a query, from that of its spelled form.
pub fn restored_row(row: WireRow) -> WireRow {
    let mut values = row.values.into_iter();
    let text = |value: Option<WireValue>| match value.and_then(|value| value.kind) {
        Some(WireKind::Text(bytes)) => bytes,
        _ => Vec::new(),
    };
    let encoding = text(values.next());
    let classes = text(values.next());
    let restore = |(index, value): (usize, WireValue)| {
        let kind = match (classes.get(index), value.kind) {
            (Some(b't'), Some(WireKind::Blob(bytes))) => Some(WireKind::Text(to_utf8(bytes, &encoding))),
            (Some(b'r'), Some(WireKind::Text(number))) => {
                Some(WireKind::Real(if number.starts_with(b"-") { f64::NEG_INFINITY } else { f64::INFINITY }))
            }
            (_, kind) => kind,
        };
        WireValue { kind }
    };
    WireRow { values: values.enumerate().map(restore).collect() }
}

/// Text as SQLite would give it, from the bytes that it is kept as.
fn to_utf8(bytes: Vec<u8>, encoding: &[u8]) -> Vec<u8> {
    let of_pair: fn([u8; 2]) -> u16 = match encoding {
        b"UTF-16le" => u16::from_le_bytes,
        b"UTF-16be" => u16::from_be_bytes,
        _ => return bytes,
    };
    let units: Vec<_> = bytes.chunks_exact(2).map(|pair| of_pair([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kinds: Vec<WireKind>) -> WireRow {
        WireRow { values: kinds.into_iter().map(|kind| WireValue { kind: Some(kind) }).collect() }
    }

    #[test]
    fn rows_are_restored() {
        let text = |text: &str| WireKind::Text(text.into());
        for (encoding, bytes, wanted) in [
            ("UTF-8", vec![0xff, b'a'], vec![0xff, b'a']),
            ("UTF-8", "\u{feff}é".into(), "\u{feff}é".into()),
            ("UTF-16le", vec![b'a', 0, 0xe9, 0], "aé".into()),
            ("UTF-16be", vec![0, b'a', 0, 0xe9], "aé".into()),
        ] {
            let classes = text("trrbir");
            let found = restored_row(row(vec![
                text(encoding),
                classes,
                WireKind::Blob(bytes),
                text("Inf"),
                text("-Inf"),
                WireKind::Blob(vec![1]),
                WireKind::Integer(2),
                WireKind::Real(3.0),
            ]));
            let wanted = row(vec![
                WireKind::Text(wanted),
                WireKind::Real(f64::INFINITY),
                WireKind::Real(f64::NEG_INFINITY),
                WireKind::Blob(vec![1]),
                WireKind::Integer(2),
                WireKind::Real(3.0),
            ]);
            assert_eq!(found, wanted);
        }
    }
}
