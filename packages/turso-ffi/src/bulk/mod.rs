//! Many rows in as few statements as may be.

mod json;

pub use json::push_string;

use crate::error::{Error, Result};
use crate::input::InsertRows;
use crate::status::Status;
use crate::value::Value;

/// The server's limit for a value, a row and the text of a statement, in bytes.
const ROW_LIMIT: usize = 5_000_000;

/// Bytes that one statement carries, of rows that are not single and large.
const PIECE_LIMIT: usize = 1_000_000;

/// Values bound in one statement; the server allows 32,766.
const PARAMETER_LIMIT: usize = 30_000;

/// A statement that inserts some of the rows.
pub struct Piece<'a> {
    pub sql: String,
    pub args: Args<'a>,
}

pub enum Args<'a> {
    /// The rows as one JSON text.
    Json(String),
    Bound(Vec<Value<'a>>),
}

/// Cuts rows into statements: JSON where it keeps all values of a piece exactly, which is about three times as fast, and
/// bound values otherwise. Fails with VALUE_TOO_LARGE for a row that the server would refuse.
pub fn plan<'a>(table: &str, rows: &InsertRows<'a>) -> Result<Vec<Piece<'a>>> {
    let mut pieces = Vec::new();
    let mut piece = Pending::new(table, &rows.columns);
    for (index, row) in rows.values.chunks(rows.columns.len()).enumerate() {
        let size = row.iter().map(Value::size).sum::<usize>();
        if size > ROW_LIMIT {
            return Err(too_large(index, size));
        }
        piece.add(row, size, &mut pieces);
    }
    piece.flush(&mut pieces);
    Ok(pieces)
}

/// The statement that inserts one row.
pub fn single_row_sql(table: &str, columns: &[&str]) -> String {
    format!("{} VALUES ({})", into(table, columns), vec!["?"; columns.len()].join(","))
}

/// The error of a statement of several, which its message then names.
pub fn in_statement(error: Error, index: usize) -> Error {
    let status = error.status;
    error.within(status, &format!("Statement {}:", index + 1), "")
}

/// Rows of the statement under way: JSON texts, or the rows themselves, never both.
struct Pending<'r, 'a> {
    into: String,
    width: usize,
    json: String,
    bound: Vec<&'r [Value<'a>]>,
    bound_size: usize,
}

impl<'r, 'a> Pending<'r, 'a> {
    fn new(table: &str, columns: &[&str]) -> Self {
        let into = into(table, columns);
        Self { into, width: columns.len(), json: String::new(), bound: Vec::new(), bound_size: 0 }
    }

    fn add(&mut self, row: &'r [Value<'a>], size: usize, pieces: &mut Vec<Piece<'a>>) {
        let before = self.json.len();
        if size < PIECE_LIMIT && json::push_row(&mut self.json, row) {
            if !self.bound.is_empty() {
                self.flush_bound(pieces);
            }
            if self.json.len() > PIECE_LIMIT && before > 0 {
                let last = self.json.split_off(before);
                self.flush_json(pieces);
                self.json = last.trim_start_matches(',').to_owned();
            }
            return;
        }
        self.json.truncate(before);
        self.flush_json(pieces);
        let is_full = self.bound_size + size > PIECE_LIMIT || (self.bound.len() + 1) * self.width > PARAMETER_LIMIT;
        if is_full {
            self.flush_bound(pieces);
        }
        self.bound.push(row);
        self.bound_size += size;
    }

    fn flush(&mut self, pieces: &mut Vec<Piece<'a>>) {
        self.flush_json(pieces);
        self.flush_bound(pieces);
    }

    fn flush_json(&mut self, pieces: &mut Vec<Piece<'a>>) {
        if self.json.is_empty() {
            return;
        }
        let columns = (0..self.width).map(|index| format!("value->>{index}")).collect::<Vec<_>>().join(",");
        let sql = format!("{} SELECT {columns} FROM json_each(?)", self.into);
        let rows = std::mem::take(&mut self.json);
        pieces.push(Piece { sql, args: Args::Json(format!("[{rows}]")) });
    }

    fn flush_bound(&mut self, pieces: &mut Vec<Piece<'a>>) {
        if self.bound.is_empty() {
            return;
        }
        let mut sql = format!("{} VALUES ", self.into);
        let mut values = Vec::with_capacity(self.bound.len() * self.width);
        for (index, row) in std::mem::take(&mut self.bound).into_iter().enumerate() {
            sql.push_str(if index == 0 { "(" } else { ",(" });
            for (column, value) in row.iter().enumerate() {
                sql.push_str(if column == 0 { "?" } else { ",?" });
                values.push(*value);
            }
            sql.push(')');
        }
        self.bound_size = 0;
        pieces.push(Piece { sql, args: Args::Bound(values) });
    }
}

fn into(table: &str, columns: &[&str]) -> String {
    let columns = columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(",");
    format!("INSERT INTO {} ({columns})", quote(table))
}

/// A name as SQL has it, whatever is in it.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn too_large(index: usize, size: usize) -> Error {
    Error::new(
        Status::ValueTooLarge,
        format!("Row {} holds {size} bytes; the server takes rows of up to {ROW_LIMIT} bytes.", index + 1),
        "Nothing was sent. Make the row smaller, or keep such values outside of the database.",
    )
}
