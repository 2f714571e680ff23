//! The replicas that are open in this process.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::files::Found;
use super::lock::in_use;
use super::{files, Replica};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::primary::http::HttpClient;

static OPENED: Mutex<Option<HashMap<PathBuf, Weak<OpenReplica>>>> = Mutex::new(None);

/// A replica as the connections of this process share it: when the last of them lets go, what is under way ends.
pub struct OpenReplica(Arc<Replica>);

impl Deref for OpenReplica {
    type Target = Arc<Replica>;

    fn deref(&self) -> &Arc<Replica> {
        &self.0
    }
}

impl Drop for OpenReplica {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Opens a replica, or finds it opened by another connection of this process. It asks the server of `http`, over the sockets of that
/// one. A replica that is not sound is taken away, to be fetched anew, and the text says why. Fails with REPLICA_LOCKED where it is in
/// use otherwise.
pub fn open(
    path: &Path,
    http: &HttpClient,
    credentials: &Credentials,
    timeout: Duration,
) -> Result<(Arc<OpenReplica>, Option<String>)> {
    find(path, http, credentials, timeout, |replica, found| {
        let Some(Found::Fault(fault)) = found else { return Ok(None) };
        replica.files.remove()?;
        replica.kept.try_lock().map_err(Error::internal)?.fault = Some(fault.clone());
        Ok(Some(fault))
    })
}

/// Opens a replica whose server cannot be asked. The text says why it cannot be used then; it is left as it is.
pub fn open_offline(
    path: &Path,
    http: &HttpClient,
    credentials: &Credentials,
    timeout: Duration,
) -> Result<Result<Arc<OpenReplica>, String>> {
    if !path.exists() {
        return Ok(Err("there is no such file".into()));
    }
    let (replica, fault) = find(path, http, credentials, timeout, |replica, found| {
        Ok(match found {
            Some(Found::Fault(fault)) => Some(fault),
            _ => replica.unfit_offline(),
        })
    })?;
    Ok(fault.map_or(Ok(replica), Err))
}

/// Finds a replica that is open, or opens one, unless `settle` fails. It gets what was found of one that was not open.
fn find<T>(
    path: &Path,
    http: &HttpClient,
    credentials: &Credentials,
    timeout: Duration,
    settle: impl FnOnce(&Replica, Option<Found>) -> Result<T>,
) -> Result<(Arc<OpenReplica>, T)> {
    let path = resolve(path)?;
    let mut opened = OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let opened = opened.get_or_insert_default();
    opened.retain(|_, replica| replica.strong_count() > 0);
    if let Some(replica) = opened.get(&path).and_then(Weak::upgrade) {
        if replica.server.base != http.server().base || !replica.has_credentials(credentials) {
            return Err(in_use(&path, "another connection of this program uses it for another database, token or key"));
        }
        let settled = settle(&replica, None)?;
        return Ok((replica, settled));
    }
    let replica = Replica::new(path.clone(), http, credentials.clone(), timeout)?;
    let found = replica.files.inspect()?;
    if let Found::Sound(note) = &found {
        replica.frame_no.store(note.mark.map_or(0, |mark| mark.frame_no), Ordering::Relaxed);
        replica.take_up(note);
        replica.kept.try_lock().map_err(Error::internal)?.note = Some(note.clone());
    }
    let settled = settle(&replica, Some(found))?;
    let replica = Arc::new(OpenReplica(Arc::new(replica)));
    opened.insert(path, Arc::downgrade(&replica));
    Ok((replica, settled))
}

/// Gives the memory back if no replica is open.
pub fn release() {
    let mut opened = OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if opened.as_ref().is_some_and(|opened| opened.values().all(|replica| replica.strong_count() == 0)) {
        *opened = None;
    }
}

/// The same path for the same file, also where the file is not there yet.
fn resolve(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(|error| files::inaccessible(path, &error))?;
    let (Some(directory), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(files::inaccessible(path, &std::io::ErrorKind::IsADirectory.into()));
    };
    if let Ok(path) = absolute.canonicalize() {
        return Ok(path);
    }
    let directory = directory.canonicalize().map_err(|error| files::inaccessible(directory, &error))?;
    Ok(directory.join(name))
}
