//! Starting with a replica while its server is away.

use std::path::Path;
use std::sync::Arc;

use super::open::Options;
use crate::error::{Error, Result};
use crate::primary::http::HttpClient;
use crate::replica::{self, OpenReplica};
use crate::status::Status;

/// Whether a server cannot be reached, is silent, or fails: not whether it refuses something.
pub fn is_away(error: &Error) -> bool {
    match error.status {
        Status::RemoteUnreachable | Status::RemoteInterrupted | Status::RemoteBusy => true,
        // Others are of a server that answers, and of a proxy that refuses.
        Status::RemoteFailed | Status::ProxyFailed => error.retryable,
        _ => false,
    }
}

/// The replica to start with, and a word about it, if the options want that after this error; else the error.
pub fn start(error: Error, http: &HttpClient, options: &Options<'_>) -> Result<(Arc<OpenReplica>, String)> {
    if !options.offline_start || options.db_path.is_empty() || !is_away(&error) {
        return Err(error);
    }
    let path = Path::new(options.db_path);
    match replica::open_offline(path, http, &options.credentials, options.timeout)? {
        Ok(replica) => Ok((replica, format!("The replica serves without the server: {}", error.message))),
        Err(reason) => {
            let message =
                format!("{} The replica {} cannot serve meanwhile: {reason}.", error.message, options.db_path);
            Err(Error { message, ..error })
        }
    }
}
