//! Values, rows and counts of changes, and how they look in a buffer.

/// One value, borrowed from the buffer that it came in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    /// UTF-8 as a rule, but SQLite keeps any bytes.
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

impl Value<'_> {
    /// Bytes that count for the server's limit of a row; numbers do not.
    pub fn size(&self) -> usize {
        match self {
            Value::Text(bytes) | Value::Blob(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

/// One value that belongs to whoever has it.
pub enum OwnedValue {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl From<&Value<'_>> for OwnedValue {
    fn from(value: &Value<'_>) -> Self {
        match *value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(bytes) => Self::Text(bytes.to_vec()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl<'a> From<&'a OwnedValue> for Value<'a> {
    fn from(value: &'a OwnedValue) -> Self {
        match value {
            OwnedValue::Null => Self::Null,
            OwnedValue::Integer(number) => Self::Integer(*number),
            OwnedValue::Real(number) => Self::Real(*number),
            OwnedValue::Text(bytes) => Self::Text(bytes),
            OwnedValue::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

/// What a write changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub rows: i64,
    pub last_rowid: i64,
}

impl Changes {
    /// Counts a further statement of the same call.
    pub fn add(&mut self, other: Changes) {
        self.rows += other.rows;
        if other.last_rowid != 0 {
            self.last_rowid = other.last_rowid;
        }
    }
}

/// As callers get it: both numbers, little-endian.
impl From<Changes> for Vec<u8> {
    fn from(changes: Changes) -> Self {
        let mut bytes = changes.rows.to_le_bytes().to_vec();
        bytes.extend_from_slice(&changes.last_rowid.to_le_bytes());
        bytes
    }
}

/// What a statement that writes answers.
pub struct Executed {
    pub changes: Changes,
    /// The rows of its RETURNING clause, encoded.
    pub rows: Vec<u8>,
}

/// As callers get it: the changes, then the rows.
impl From<Executed> for Vec<u8> {
    fn from(executed: Executed) -> Self {
        let mut bytes = Vec::from(executed.changes);
        bytes.extend_from_slice(&executed.rows);
        bytes
    }
}

/// A write that tells its changes.
pub trait Written {
    fn changes(&self) -> Changes;
}

impl Written for Changes {
    fn changes(&self) -> Changes {
        *self
    }
}

impl Written for Executed {
    fn changes(&self) -> Changes {
        self.changes
    }
}

/// Rows in the encoding of `turso.h`, written as they come.
pub struct Rows {
    bytes: Vec<u8>,
    /// Columns.
    width: usize,
    count_at: usize,
    count: u32,
}

impl Rows {
    pub fn new<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        Self::after(Vec::with_capacity(256), names)
    }

    /// Rows of a page, after a byte that says whether there are more.
    pub fn page<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        Self::after(vec![0], names)
    }

    fn after<'a>(mut bytes: Vec<u8>, names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let width = names.len();
        put_u32(&mut bytes, width);
        for name in names {
            put_bytes(&mut bytes, name.as_bytes());
        }
        let count_at = bytes.len();
        put_u32(&mut bytes, 0);
        Self { bytes, width, count_at, count: 0 }
    }

    /// Adds a value to the row under way.
    pub fn push(&mut self, value: Value<'_>) {
        put_value(&mut self.bytes, value);
    }

    /// Ends the row under way.
    pub fn end_row(&mut self) {
        self.count += 1;
    }

    /// The next page of the same query.
    pub fn next_page(&self) -> Self {
        let mut bytes = self.bytes[..self.count_at].to_vec();
        put_u32(&mut bytes, 0);
        Self { bytes, width: self.width, count_at: self.count_at, count: 0 }
    }

    /// Columns of each row.
    pub fn width(&self) -> usize {
        self.width
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// The encoding of a page.
    pub fn into_page(self, more: bool) -> Vec<u8> {
        let mut bytes = self.into_bytes();
        bytes[0] = u8::from(more);
        bytes
    }

    pub fn into_bytes(mut self) -> Vec<u8> {
        self.bytes[self.count_at..self.count_at + 4].copy_from_slice(&self.count.to_le_bytes());
        self.bytes
    }
}

pub fn put_u32(out: &mut Vec<u8>, number: usize) {
    // A length that does not fit cannot come about: no value is over 2 GB, and no answer over 4 GB of them is collected.
    out.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u32(out, bytes.len());
    out.extend_from_slice(bytes);
}

pub fn put_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Null => out.push(0),
        Value::Integer(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Value::Real(number) => {
            out.push(2);
            out.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::Text(bytes) => {
            out.push(3);
            put_bytes(out, bytes);
        }
        Value::Blob(bytes) => {
            out.push(4);
            put_bytes(out, bytes);
        }
    }
}
