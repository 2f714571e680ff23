//! Reading what callers pass in: every length is checked before it is used.

use crate::error::{Error, Result};
use crate::input::{InsertRows, Statement};
use crate::value::Value;

/// Parameters: encoded values, or nothing at all.
pub fn params(bytes: &[u8]) -> Result<Vec<Value<'_>>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader { rest: bytes };
    let values = reader.values()?;
    reader.end()?;
    Ok(values)
}

pub fn statements(bytes: &[u8]) -> Result<Vec<Statement<'_>>> {
    let mut reader = Reader { rest: bytes };
    let count = reader.u32()?;
    let mut statements = Vec::new();
    for _ in 0..count {
        statements.push(Statement { sql: reader.text()?, params: reader.values()? });
    }
    reader.end()?;
    Ok(statements)
}

pub fn insert_rows(bytes: &[u8]) -> Result<InsertRows<'_>> {
    let mut reader = Reader { rest: bytes };
    let columns = (0..reader.u32()?).map(|_| reader.text()).collect::<Result<Vec<_>>>()?;
    let rows = reader.u32()? as usize;
    if columns.is_empty() && rows > 0 {
        return Err(malformed("rows of no columns"));
    }
    let mut values = Vec::new();
    for _ in 0..rows * columns.len() {
        values.push(reader.value()?);
    }
    reader.end()?;
    Ok(InsertRows { columns, values })
}

/// SQL or a name in it. SQLite reads SQL up to a NUL and would run what stands before it.
pub fn text<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str> {
    if bytes.contains(&0) {
        return Err(Error::usage(
            format!("The {what} holds a NUL, and SQLite reads only what stands before it."),
            "Nothing was run. Take the NUL out; a value that holds one goes into a parameter.",
        ));
    }
    utf8(bytes, what)
}

/// The path of a file.
pub fn path<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str> {
    if bytes.contains(&0) {
        return Err(Error::usage(format!("The {what} holds a NUL, which no path has."), "Take the NUL out."));
    }
    utf8(bytes, what)
}

/// Text of which others say what it may hold, such as a token.
pub fn utf8<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|_| Error::usage(format!("The {what} is not UTF-8."), "Pass it as UTF-8."))
}

/// Text of a value. Other clients of a server cannot read a row whose text is not UTF-8.
fn text_value(bytes: &[u8]) -> Result<Value<'_>> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(Error::usage(
            "A text among the values is not UTF-8: other clients could not read it.",
            "Nothing was sent. Pass a blob, or a blob and CAST(? AS TEXT) in the statement.",
        ));
    }
    Ok(Value::Text(bytes))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| malformed("an end too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| malformed("an end too early"))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.u32()? as usize;
        self.take(length)
    }

    fn text(&mut self) -> Result<&'a str> {
        text(self.bytes()?, "SQL or the name of a column")
    }

    fn value(&mut self) -> Result<Value<'a>> {
        Ok(match self.take(1)?[0] {
            0 => Value::Null,
            1 => Value::Integer(i64::from_le_bytes(self.array()?)),
            2 => Value::Real(f64::from_bits(u64::from_le_bytes(self.array()?))),
            3 => text_value(self.bytes()?)?,
            4 => Value::Blob(self.bytes()?),
            tag => return Err(malformed(&format!("a value of kind {tag}"))),
        })
    }

    fn values(&mut self) -> Result<Vec<Value<'a>>> {
        let count = self.u32()?;
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(self.value()?);
        }
        Ok(values)
    }

    fn end(&self) -> Result<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(malformed("bytes after its end"))
        }
    }
}

fn malformed(what: &str) -> Error {
    Error::usage(format!("An encoded argument is malformed: there is {what}."), "Encode values as turso.h describes.")
}
