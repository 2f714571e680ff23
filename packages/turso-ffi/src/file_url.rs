//! The URL of a file, after `file:`.

use std::path::PathBuf;

use crate::address::decode_percents;
use crate::error::{Error, Result};
use crate::status::Status;

const FILE_HINT: &str = "Write file:./local.db, or file:///absolute/path/local.db.";

/// Fails with URL_UNSUPPORTED.
pub fn read_file_url(rest: &str) -> Result<PathBuf> {
    if rest.trim_start_matches('/').is_empty() {
        return Err(unsupported("The database URL \"file:\" names no file.", FILE_HINT));
    }
    if rest.contains(['?', '#']) {
        return Err(unsupported(
            "The file URL has a parameter or a fragment.",
            "Write ? as %3F and # as %23 if they belong to the name.",
        ));
    }
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return Err(unsupported("The file URL names another machine.", FILE_HINT));
            }
            path
        }
        None => rest,
    };
    decode_percents(path)
        .filter(|decoded| !decoded.contains('\0') && !path.to_ascii_lowercase().contains("%2f"))
        .map(PathBuf::from)
        .ok_or_else(|| unsupported("The file URL cannot be read as a path.", FILE_HINT))
}

fn unsupported(message: &str, hint: &str) -> Error {
    Error::new(Status::UrlUnsupported, message, hint)
}
