//! The word that a statement begins with, for those that a call must not be given.

use crate::error::{Error, Result};
use crate::status::Status;

/// Fails for statements that would begin or end a transaction behind the back of the calls for that, or that are none.
pub fn check_single(sql: &str) -> Result<()> {
    match first(sql)? {
        Word::Transaction | Word::Savepoint => Err(transaction_word()),
        Word::Other => Ok(()),
    }
}

/// As check_single, for a statement in a transaction, which may have savepoints.
pub fn check_within(sql: &str) -> Result<()> {
    match first(sql)? {
        Word::Transaction => Err(transaction_word()),
        Word::Savepoint | Word::Other => Ok(()),
    }
}

fn transaction_word() -> Error {
    Error::usage(
        "Transactions are not begun and ended by statements here.",
        "Send the statements as a batch, or use begin, commit and rollback.",
    )
}

enum Word {
    /// Begins or ends a transaction.
    Transaction,
    /// Sets a savepoint within one, or goes back to it.
    Savepoint,
    Other,
}

fn first(sql: &str) -> Result<Word> {
    let start = skip(sql);
    if start.is_empty() {
        return Err(Error::new(Status::SqlFailed, "There is no statement.", "Pass one statement of SQL."));
    }
    let length = start.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = start.split_at(length);
    let is_one_of = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    if is_one_of(&["ATTACH", "DETACH"]) {
        let message = "Other databases cannot be attached.";
        return Err(Error::new(Status::SqlFailed, message, "Open a connection of its own for the other one."));
    }
    let goes_back = || rest.to_ascii_uppercase().split_whitespace().any(|it| it == "TO");
    Ok(if is_one_of(&["SAVEPOINT", "RELEASE"]) || is_one_of(&["ROLLBACK"]) && goes_back() {
        Word::Savepoint
    } else if is_one_of(&["BEGIN", "END", "COMMIT", "ROLLBACK"]) {
        Word::Transaction
    } else {
        Word::Other
    })
}

/// What follows blanks, comments and empty statements.
fn skip(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches(|it: char| it.is_ascii_whitespace() || it == ';' || it == '\u{feff}');
        sql = if let Some(rest) = sql.strip_prefix("--") {
            rest.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(rest) = sql.strip_prefix("/*") {
            rest.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return sql;
        }
    }
}
