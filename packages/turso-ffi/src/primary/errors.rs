//! What a server or the way to it says, as an error of ours.

use std::error::Error as StdError;

use crate::error::Error;
use crate::primary::messages::WireError;
use crate::sqlite::{busy, constraint_failed, sql_failed};
use crate::status::Status;

/// A request that failed on the way. `begun` tells that the server may have taken it up.
pub fn transport(error: &(dyn StdError + 'static), begun: bool, location: &str) -> Error {
    if begun {
        interrupted("broke off", location)
    } else {
        unreachable(reason(error), location)
    }
}

/// A request that got no answer in time.
pub fn timed_out(begun: bool, location: &str) -> Error {
    if begun {
        interrupted("gave no answer in time", location)
    } else {
        unreachable("no answer in time".into(), location)
    }
}

/// A server that no connection can be made to.
pub fn unreachable(reason: String, location: &str) -> Error {
    Error::new(
        Status::RemoteUnreachable,
        format!("{location} does not answer ({reason})."),
        "Nothing was sent. Check the database URL, that the server runs, and the network.",
    )
    .retryable()
}

pub fn interrupted(what: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteInterrupted,
        format!("The connection to {location} {what}."),
        "A write that was under way may have been committed or not: read, before you repeat it.",
    )
}

fn reason(error: &(dyn StdError + 'static)) -> String {
    let mut texts = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    reason_in(&texts.join(": "))
}

/// Why a connection could not be made, in few words, from the many that are said about it.
pub fn reason_in(texts: &str) -> String {
    let known = [
        ("onnection refused", "connection refused"),
        ("timed out", "no answer in time"),
        ("deadline has elapsed", "no answer in time"),
        ("dns error", "unknown host"),
        ("InvalidContentType", "it speaks no TLS; write http://, or add ?tls=0 to libsql://"),
        ("corrupt message", "it speaks no TLS; write http://, or add ?tls=0 to libsql://"),
        ("invalid peer certificate", "its certificate is not trusted"),
    ];
    match known.iter().find(|(text, _)| texts.contains(text)) {
        Some((_, reason)) => (*reason).into(),
        None => texts.rsplit(": ").next().unwrap_or("network error").into(),
    }
}

/// An HTTP status of 400 and above.
pub fn status(status: u16, body: &[u8], location: &str) -> Error {
    let body = String::from_utf8_lossy(body);
    if body.contains("STREAM_EXPIRED") || body.contains("baton") {
        return transaction_over();
    }
    let detail = detail(&body);
    match status {
        401 => Error::new(
            Status::RemoteUnauthorized,
            format!("{location} refuses the token (401{detail})."),
            "Set the auth token variable to a token that is valid now; `turso db tokens create` makes a new one.",
        ),
        403 => read_only(format!("{location} does not allow this with the given token (403{detail}).")),
        429 => Error::new(
            Status::RemoteBusy,
            format!("{location} has too many requests at once ({status}{detail})."),
            "It has not begun with this one. Try again later, or send fewer at a time.",
        )
        .retryable(),
        // A proxy's word that it lost the server, which may have done its work; or that it did not finish in time.
        408 | 502 | 504 => interrupted(&format!("broke off ({status}{detail})"), location),
        500.. => Error::new(
            Status::RemoteFailed,
            format!("{location} failed to answer ({status}{detail})."),
            "Look at the log of the server, then try again. Text that is not UTF-8 cannot be read from a server: \
             read CAST(column AS BLOB).",
        )
        .retryable(),
        _ => not_libsql(&format!("HTTP status {status}"), location),
    }
}

/// The transaction is no more: it was idle for too long, or another writer was let in.
pub fn transaction_over() -> Error {
    Error::new(
        Status::RemoteBusy,
        "The server has ended the transaction: it was idle, or another writer was let in.",
        "Nothing of it was written. Begin it again.",
    )
    .retryable()
}

pub fn not_libsql(reason: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteNotLibsql,
        format!("{location} does not answer like a libSQL server ({reason})."),
        "Check the database URL: it must be the address of a Turso database or of a libsql-server.",
    )
}

/// A token that no header can carry; what a header says about it would quote it.
pub fn bad_token(location: &str) -> Error {
    Error::new(
        Status::RemoteUnauthorized,
        format!("The token for {location} holds a space, a line break or another character that no token has."),
        "Set the auth token variable to the token alone.",
    )
}

/// An error that the server put into its answer.
pub fn answered(error: &WireError, location: &str) -> Error {
    let message = error.message.trim_start_matches("SQLite error: ").to_owned();
    let code = error.code.as_str();
    let lower = message.to_ascii_lowercase();
    if code.starts_with("SQLITE_CONSTRAINT") {
        return constraint_failed(message);
    }
    if code == "RESPONSE_TOO_LARGE" {
        return Error::new(Status::ResponseTooLarge, message, "Read fewer rows at once, or use a cursor.");
    }
    if lower.contains("too big") {
        return Error::new(
            Status::ValueTooLarge,
            message,
            "The server takes values, rows and statements of up to 5,000,000 bytes.",
        );
    }
    if ["TRANSACTION_TIMEOUT", "STREAM_EXPIRED"].contains(&code) {
        return transaction_over();
    }
    if code.contains("BUSY") || code.contains("LOCKED") {
        return busy(&message);
    }
    if ["AUTH", "BLOCKED", "SQL_AUTH", "SQLITE_AUTH", "SQLITE_READONLY"].iter().any(|it| code.starts_with(it))
        || lower.contains("not authorized")
    {
        return read_only(format!("{location} does not allow this with the given token ({message})."));
    }
    if code.starts_with("ARGS_") {
        return Error::usage(message, "Give a value for each parameter, in their order.");
    }
    if ["SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_NOMEM"]
        .iter()
        .any(|it| code.starts_with(it))
        || !code.starts_with("SQL")
    {
        return Error::new(
            Status::RemoteFailed,
            format!("{location}: {message} ({code})"),
            "The message is the server's own. Look at its log.",
        );
    }
    sql_failed(message)
}

fn read_only(message: String) -> Error {
    Error::new(
        Status::RemoteReadOnly,
        message,
        "Writing needs a token with write access: `turso db tokens create` without --read-only.",
    )
}

// Servers put {"error": "..."} or plain text; a page of HTML helps nobody.
fn detail(body: &str) -> String {
    let text = match body.split_once("\"error\"") {
        Some((_, rest)) => rest.split('"').nth(1).unwrap_or_default(),
        None => body.trim(),
    };
    if text.is_empty() || text.starts_with('<') || text.starts_with('{') {
        return String::new();
    }
    format!(": {}", text.chars().take(200).collect::<String>())
}
