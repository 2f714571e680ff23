//! What callers want done: statements with their parameters, and rows to insert.

use crate::value::Value;

/// A statement of a batch with its parameters.
pub struct Statement<'a> {
    pub sql: &'a str,
    pub params: Vec<Value<'a>>,
}

/// Rows to insert: `values` holds row after row.
pub struct InsertRows<'a> {
    pub columns: Vec<&'a str>,
    pub values: Vec<Value<'a>>,
}
