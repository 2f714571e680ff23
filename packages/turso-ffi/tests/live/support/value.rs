//! Values, and their encoding as turso.h describes it, written down once more so that a slip in the library shows.

#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

/// By their bits: 0.0 is not -0.0.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Real(a), Value::Real(b)) => a.to_bits() == b.to_bits(),
            (Value::Text(a), Value::Text(b)) | (Value::Blob(a), Value::Blob(b)) => a == b,
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.as_bytes().to_vec())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    pub rows: i64,
    pub last_rowid: i64,
}

/// The changes of a statement, and the rows of its RETURNING clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed {
    pub changes: Changes,
    pub returned: Rows,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub status: u32,
    pub retryable: bool,
    pub code: String,
    pub message: String,
    pub hint: String,
}

pub fn put_u32(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&u32::try_from(number).unwrap().to_le_bytes());
}

pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u32(out, bytes.len());
    out.extend_from_slice(bytes);
}

pub fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0),
        Value::Int(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Value::Real(number) => {
            out.push(2);
            out.extend_from_slice(&number.to_le_bytes());
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

pub fn encode_values(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    put_u32(&mut out, values.len());
    values.iter().for_each(|value| put_value(&mut out, value));
    out
}

/// Reads an answer; panics where it is not as turso.h says.
pub struct Decoder<'a>(pub &'a [u8]);

impl Decoder<'_> {
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_at(N);
        self.0 = rest;
        taken.try_into().unwrap()
    }

    pub fn u8(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    pub fn u32(&mut self) -> usize {
        u32::from_le_bytes(self.array()) as usize
    }

    pub fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        let length = self.u32();
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }

    pub fn text(&mut self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    pub fn value(&mut self) -> Value {
        match self.u8() {
            0 => Value::Null,
            1 => Value::Int(self.i64()),
            2 => Value::Real(f64::from_le_bytes(self.array())),
            3 => Value::Text(self.bytes()),
            4 => Value::Blob(self.bytes()),
            tag => panic!("a value of kind {tag}"),
        }
    }

    pub fn rows(&mut self) -> Rows {
        let columns: Vec<_> = (0..self.u32()).map(|_| self.text()).collect();
        let rows = (0..self.u32()).map(|_| columns.iter().map(|_| self.value()).collect()).collect();
        Rows { columns, rows }
    }

    pub fn changes(&mut self) -> Changes {
        Changes { rows: self.i64(), last_rowid: self.i64() }
    }

    pub fn executed(&mut self) -> Executed {
        Executed { changes: self.changes(), returned: self.rows() }
    }

    pub fn error(&mut self) -> Error {
        Error {
            status: u32::from_le_bytes(self.array()),
            retryable: self.u8() == 1,
            code: self.text(),
            message: self.text(),
            hint: self.text(),
        }
    }

    pub fn end(self) {
        assert!(self.0.is_empty(), "there are {} bytes after the end of an answer", self.0.len());
    }
}
