//! The table of codes that all languages share.

use super::value::Error;

const TABLE: &str = include_str!("../../../contract/error-codes.txt");

/// The codes, and what the table says of `retryable`.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let mut words = line.split(' ').skip(1);
        (words.next().unwrap(), words.next().unwrap())
    })
}

/// Whether an error says what happened and what to do, and is `retryable` only as the table allows.
pub fn is_allowed(error: &Error) -> bool {
    let is_retryable = match all().find(|(code, _)| *code == error.code) {
        Some((_, "never")) => !error.retryable,
        Some((_, "always")) => error.retryable,
        Some((_, "sometimes")) => true,
        _ => false,
    };
    is_retryable && !error.message.trim().is_empty() && !error.hint.trim().is_empty()
}
