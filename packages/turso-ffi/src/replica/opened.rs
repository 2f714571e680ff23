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
use crate::address::Server;
use crate::credentials::Credentials;
use crate::error::{Error, Result};

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

/// Opens a replica, or finds it opened by another connection of this process. The text says what was found, if that is
/// worth a word. Fails with REPLICA_LOCKED where it is in use otherwise.
pub fn open(
    path: &Path,
    server: &Server,
    credentials: &Credentials,
    timeout: Duration,
) -> Result<(Arc<OpenReplica>, Option<String>)> {
    let path = resolve(path)?;
    let mut opened = OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let opened = opened.get_or_insert_default();
    opened.retain(|_, replica| replica.strong_count() > 0);
    if let Some(replica) = opened.get(&path).and_then(Weak::upgrade) {
        if replica.server.base != server.base || replica.credentials != *credentials {
            return Err(in_use(&path, "another connection of this program uses it for another database, token or key"));
        }
        return Ok((replica, None));
    }
    let replica = Replica::new(path.clone(), server.clone(), credentials.clone(), timeout)?;
    let fault = match replica.files.inspect()? {
        Found::Nothing => None,
        Found::Sound(note) => {
            replica.frame_no.store(note.mark.map_or(0, |mark| mark.frame_no), Ordering::Relaxed);
            replica.kept.try_lock().map_err(Error::internal)?.note = Some(note);
            None
        }
        Found::Fault(fault) => {
            replica.kept.try_lock().map_err(Error::internal)?.is_rebuild = true;
            Some(fault)
        }
    };
    let replica = Arc::new(OpenReplica(Arc::new(replica)));
    opened.insert(path, Arc::downgrade(&replica));
    Ok((replica, fault))
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
