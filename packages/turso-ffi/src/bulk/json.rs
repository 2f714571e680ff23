//! Rows as JSON that SQLite reads back to the same values.

use std::fmt::Write;

use crate::value::Value;

/// Adds a row as a JSON array, after a comma where there is something before. Where JSON would not keep a value exactly,
/// gives false and leaves some text behind.
pub fn push_row(text: &mut String, row: &[Value<'_>]) -> bool {
    if !text.is_empty() {
        text.push(',');
    }
    text.push('[');
    for (index, value) in row.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if !push_value(text, *value) {
            return false;
        }
    }
    text.push(']');
    true
}

fn push_value(text: &mut String, value: Value<'_>) -> bool {
    match value {
        Value::Null => text.push_str("null"),
        Value::Integer(number) => {
            let _ = write!(text, "{number}");
        }
        // JSON's -0.0 loses its sign, and NaN is none of its numbers.
        Value::Real(number) if number.is_nan() || (number == 0.0 && number.is_sign_negative()) => return false,
        // SQLite reads a number too large for a double as infinite.
        Value::Real(number) if number.is_infinite() => text.push_str(if number > 0.0 { "9e999" } else { "-9e999" }),
        // All 17 digits: SQLite rounds some of the shortest texts to a neighbour.
        Value::Real(number) => {
            let _ = write!(text, "{number:.16e}");
        }
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(string) => push_string(text, string),
            Err(_) => return false,
        },
        Value::Blob(_) => return false,
    }
    true
}

/// Adds a JSON string.
pub fn push_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", control as u32);
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
