//! What a server or the way to it says, as an error of ours.

use std::error::Error as StdError;
use std::io;

use crate::error::Error;
use crate::primary::answer::LARGEST;
use crate::primary::messages::WireError;
use crate::primary::tunnel::ProxyFailure;
use crate::sqlite::{busy, constraint_failed, sql_failed};
use crate::status::Status;

/// A request that failed on the way. `begun` tells that the server may have taken it up.
pub fn transport(error: &(dyn StdError + 'static), begun: bool, location: &str) -> Error {
    if begun {
        return match broken_rule(error) {
            Some(reason) => not_libsql(&format!("it breaks the rules of HTTP: {reason}"), location).may_be_done(),
            None => interrupted("broke off", location),
        };
    }
    if let Some(ProxyFailure(error)) = find(error) {
        return error.clone();
    }
    match find(error) {
        Some(error) => untrusted(error, location),
        None => unreachable(&texts(error), location),
    }
}

/// The first cause of this type.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // What such an error wraps is not among its sources.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped));
    }
    None
}

/// What is wrong with an answer that is not HTTP, or has chunks that are not.
fn broken_rule(error: &(dyn StdError + 'static)) -> Option<String> {
    let error: &hyper::Error = find(error)?;
    if error.is_parse() {
        return Some(error.to_string());
    }
    let chunk = error.source()?.downcast_ref::<io::Error>()?;
    // A failure of TLS has this kind, too.
    let is_of_tls = chunk.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    let is_broken = matches!(chunk.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) && !is_of_tls;
    is_broken.then(|| chunk.to_string())
}

/// A request that got no answer in time.
pub fn timed_out(begun: bool, location: &str) -> Error {
    if begun {
        silent(location)
    } else {
        unreachable("timed out", location)
    }
}

/// A server that no connection can be made to, from the many words that are said about it.
fn unreachable(texts: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteUnreachable,
        format!("{location} does not answer ({}).", reason_in(texts)),
        "Nothing was sent. Check the database URL, that the server runs, and the network.",
    )
    .retryable()
}

/// A server that accepted a request and did not answer it in time.
fn silent(location: &str) -> Error {
    Error::new(
        Status::RemoteUnreachable,
        format!("{location} does not answer (no answer in time)."),
        "There was a connection. Look at the load and the log of the server, and at proxies in between.",
    )
    .retryable()
    .may_be_done()
}

/// A server that no TLS connection can be made to.
fn untrusted(error: &rustls::Error, location: &str) -> Error {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    let (reason, hint) = match error {
        InvalidCertificate(Expired | ExpiredContext { .. }) => (
            "its certificate has expired",
            "Renew the certificate of the server, or of the proxy before it. If it is valid, set the clock of this machine.",
        ),
        InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => (
            "its certificate is not valid yet",
            "Set the clock of this machine. If it is right, give the server another certificate.",
        ),
        InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => (
            "its certificate is for another host",
            "Check the host in the database URL: it must be one that the certificate names.",
        ),
        InvalidCertificate(_) => (
            "no authority that this machine trusts has signed its certificate",
            "If the authority is your own, name the file with its certificate (PEM) in SSL_CERT_FILE. If it is not, \
             somebody may be in between: check the URL and the network.",
        ),
        InvalidMessage(_) => {
            ("it speaks no TLS", "Is it a server without TLS? Then write http://, or add ?tls=0 to libsql://.")
        }
        _ => ("no TLS connection could be made", "Check the TLS settings of the server and of proxies in between."),
    };
    Error::new(Status::RemoteTls, format!("{location} cannot be trusted: {reason}. Nothing was sent."), hint)
}

/// A request whose answer was lost. A write is more: see [`undecided`].
pub fn interrupted(what: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteInterrupted,
        format!("The connection to {location} {what}."),
        "Try again. If it happens every time, look at the server and at proxies in between.",
    )
    .retryable()
    .may_be_done()
}

/// An answer without an end.
pub fn answer_too_large(location: &str) -> Error {
    Error::new(
        Status::ResponseTooLarge,
        format!("{location} answered a request with more than {} MB.", LARGEST / 1_000_000),
        "No libSQL server does so. Check the database URL, and the proxies in between.",
    )
    .may_be_done()
}

/// What it means to a write that it may have been carried out; nothing repeats it.
pub fn undecided(cause: &Error) -> Error {
    Error::new(
        Status::RemoteInterrupted,
        format!(
            "The answer to a write was lost or is unreadable: it may have been committed or not. {}",
            cause.message
        ),
        "Look whether it is there before you write it again.",
    )
}

fn texts(error: &(dyn StdError + 'static)) -> String {
    let mut texts = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}

/// Why a connection could not be made, in few words.
pub fn reason(error: &(dyn StdError + 'static)) -> String {
    reason_in(&texts(error))
}

fn reason_in(texts: &str) -> String {
    let known = [
        ("onnection refused", "connection refused"),
        ("timed out", "no answer in time"),
        ("deadline has elapsed", "no answer in time"),
        ("dns error", "unknown host"),
    ];
    match known.iter().find(|(text, _)| texts.contains(text)) {
        Some((_, reason)) => (*reason).into(),
        None => texts.rsplit(": ").next().unwrap_or("network error").into(),
    }
}

/// An answer that is none of success.
pub struct Told<'a> {
    pub status: u16,
    /// Whether the request was refused as a whole, since there were too many, so that nothing was done.
    pub is_refused: bool,
    pub body: &'a [u8],
}

/// An HTTP status of 300 and above.
pub fn status(told: &Told<'_>, location: &str) -> Error {
    let status = told.status;
    let body = String::from_utf8_lossy(told.body);
    let detail = detail(&body);
    let told_words = format!("{status}{detail}");
    let lower = body.to_ascii_lowercase();
    match status {
        400..500 if ["encrypt", "decrypt"].iter().any(|word| detail.to_ascii_lowercase().contains(word)) => Error::new(
            Status::RemoteUnauthorized,
            format!("{location} refuses the encryption key ({told_words})."),
            "Give the key of the database as the option encryption_key, in base64, in one line.",
        ),
        401 => Error::new(
            Status::RemoteUnauthorized,
            format!("{location} refuses the token ({told_words})."),
            "Give a token that is valid now, as you open a connection or by set_token; `turso db tokens create` makes a new one.",
        ),
        402 => blocked(format!("{location} asks for a plan with more ({told_words}).")),
        403 => read_only(format!("{location} does not allow this with the given token ({told_words}).")),
        413 => Error::new(
            Status::RemoteRefusesSize,
            format!("{location} does not take a request of this size ({told_words})."),
            "Nothing was changed. Change fewer or smaller rows at a time, or raise the limit of the proxy on the way.",
        ),
        _ if told.is_refused => Error::new(
            Status::RemoteBusy,
            format!("{location} has too many requests at once ({told_words})."),
            "It has not begun with this one. Try again later, or send fewer at a time.",
        )
        .retryable(),
        408 | 500.. => unfinished(status, &told_words, location),
        410 => transaction_over(),
        _ if ["stream_expired", "stream_lost", "stream_not_found", "invalid baton", "stream not found"]
            .iter()
            .any(|words| lower.contains(words)) =>
        {
            transaction_over()
        }
        _ => not_libsql(&format!("HTTP status {told_words}"), location),
    }
}

/// What became of the request is not known.
fn unfinished(status: u16, told: &str, location: &str) -> Error {
    let what = if status == 408 { "did not finish a request in time" } else { "failed to answer" };
    let hint = match status {
        408 => "Try again. If it happens every time, send less at a time.",
        502 | 504 => "A proxy on the way has lost the server. Try again.",
        _ => {
            "Look at the log of the server, then try again. Text that is not UTF-8 cannot be read from a server: \
              read CAST(column AS BLOB)."
        }
    };
    let error = Error::new(Status::RemoteFailed, format!("{location} {what} ({told})."), hint);
    // It would fail each time.
    if told.to_ascii_lowercase().contains("invalid utf") {
        error
    } else {
        error.retryable().may_be_done()
    }
}

/// What a server cannot send, where that ended what was asked for.
pub fn unsendable(error: Error, outcome: &str) -> Error {
    let hint =
        format!("{outcome} Text that is not UTF-8 cannot be sent: read CAST(column AS BLOB), also behind RETURNING.");
    Error { hint, ..error }
}

/// A server that sends its clients to another place.
pub fn redirected(to: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteRedirected,
        format!("{location} sends requests on to another place: {to}."),
        "Nothing was sent there, neither data nor a token. If that is where your database is, put its address into the \
         database URL.",
    )
}

fn blocked(message: String) -> Error {
    Error::new(
        Status::RemoteBlocked,
        message,
        "Nothing was changed. The limit of a plan may be used up: look at the plan and the usage of the database, not at \
         the token.",
    )
}

/// The transaction is no more. Servers do not tell why.
pub fn transaction_over() -> Error {
    Error::new(
        Status::RemoteBusy,
        "The server has ended the transaction, and nothing of it was written.",
        "Perhaps it was idle for some seconds, kept another writer waiting, or the server was restarted. Run all of it again.",
    )
    .retryable()
}

pub fn not_libsql(reason: &str, location: &str) -> Error {
    Error::new(
        Status::RemoteNotLibsql,
        format!("{location} does not answer like a libSQL server ({reason})."),
        "Check the database URL: it must be the address of a Turso database or of a libsql-server. Look at proxies in between, too.",
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
    if ["TRANSACTION_TIMEOUT", "STREAM_EXPIRED", "STREAM_LOST", "STREAM_NOT_FOUND"].contains(&code) {
        return transaction_over();
    }
    if code.contains("BUSY") || code.contains("LOCKED") {
        return busy(&message);
    }
    if code.starts_with("BLOCKED") {
        return blocked(format!("{location} blocks this: {message}."));
    }
    if code.starts_with("ARGS_") {
        return Error::usage(message, "Give a value for each parameter, in their order.");
    }
    let is_one_of = |codes: &[&str]| codes.iter().any(|it| code.starts_with(it));
    if is_one_of(&["AUTH", "SQL_AUTH", "SQLITE_AUTH", "SQLITE_READONLY"])
        // SQLite says so of a function that nobody may call, such as load_extension.
        || lower.contains("not authorized") && !is_one_of(&["SQL_", "SQLITE_ERROR", "SQLITE_UNKNOWN"])
    {
        return read_only(format!("{location} does not allow this with the given token ({message})."));
    }
    if is_one_of(&["SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_NOMEM"])
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
        "Writing needs a token with write access: `turso db tokens create` without --read-only. If it has that, the \
         database may be blocked.",
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
