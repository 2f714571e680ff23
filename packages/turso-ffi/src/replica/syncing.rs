//! Bringing the replica up to date.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use libsql::replication::Replicated;
use tokio::task::AbortHandle;
use tokio::time::{timeout_at, Instant};

use super::files::Index;
use super::Replica;
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};
use crate::primary::errors;
use crate::status::Status;

/// What a sync brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Synced {
    pub frames: u64,
    pub frame_no: u64,
}

impl Replica {
    /// Brings everything that is committed by now. Syncs that were asked for meanwhile are one.
    pub async fn sync(self: &Arc<Self>, call: Call<'_>) -> Result<Synced> {
        let asked = Instant::now();
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, false)).await
    }

    /// Takes the file away and fetches it anew, unless that was done since `generation`.
    pub async fn rebuild(self: &Arc<Self>, call: Call<'_>, generation: u64) -> Result<()> {
        let asked = Instant::now();
        call.repeat(Repeat::Read, || {
            self.attempt(asked, call.deadline, self.is_there() && self.generation() == generation)
        })
        .await
        .map(drop)
    }

    async fn attempt(self: &Arc<Self>, asked: Instant, deadline: Instant, anew: bool) -> Result<Synced> {
        let mut failures = self.connector.failures();
        // On its own, since what it does to the file must not be left half done where the caller goes away.
        let task = tokio::spawn(Arc::clone(self).run(asked, anew));
        let abort = AbortOnDrop(task.abort_handle());
        let outcome = tokio::select! {
            outcome = timeout_at(deadline, task) => outcome,
            Ok(()) = failures.changed() => {
                let failure = failures.borrow().clone();
                drop(abort);
                return Err(match failure {
                    Some(failure) => errors::transport(failure.as_ref().as_ref(), false, &self.server.location),
                    None => errors::timed_out(false, &self.server.location),
                });
            }
        };
        match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panicked)) => Err(Error::internal(format!("a sync ended early ({panicked})"))),
            Err(_) => Err(errors::timed_out(true, &self.server.location)),
        }
    }

    async fn run(self: Arc<Self>, asked: Instant, anew: bool) -> Result<Synced> {
        let mut syncing = self.syncing.lock().await;
        if self.fresh_as_of().is_some_and(|begun| begun > asked) {
            return Ok(Synced { frames: 0, frame_no: self.frame_no() });
        }
        let begun = Instant::now();
        // Taken, so that a client whose sync did not end well is not used again: what it has in memory may be ahead of
        // what it wrote.
        let mut client = syncing.take();
        if anew {
            self.remove(client.take())?;
        }
        let before = self.files.index();
        let (mut client, mut replicated) = self.fetch(client).await?;
        if before.is_some_and(|before| self.files.index().is_some_and(|now| now.log_id != before.log_id)) {
            if replicated.frame_no().is_none() {
                // The primary was made anew and holds nothing yet, which leaves the replica as it was.
                self.remove(Some(client))?;
                (client, replicated) = self.fetch(None).await?;
            } else {
                self.note_rebuild();
            }
        }
        *syncing = Some(client);
        self.note_sync(begun, &replicated);
        Ok(Synced { frames: replicated.frames_synced() as u64, frame_no: self.frame_no() })
    }

    async fn fetch(&self, client: Option<libsql::Database>) -> Result<(libsql::Database, Replicated)> {
        let client = match client {
            Some(client) => client,
            None => self.client().await?,
        };
        let replicated = client.sync().await.map_err(|error| self.failed(&error))?;
        Ok((client, replicated))
    }

    /// Takes the files away, after the client that has them open.
    fn remove(&self, client: Option<libsql::Database>) -> Result<()> {
        drop(client);
        self.missing.store(true, Ordering::Release);
        self.files.remove()?;
        self.note_rebuild();
        Ok(())
    }

    async fn client(&self) -> Result<libsql::Database> {
        let requests = Arc::clone(&self.requests);
        let builder =
            libsql::Builder::new_remote_replica(self.path(), self.server.base.clone(), self.token.reveal().to_owned())
                .connector(self.connector.clone())
                .http_request_callback(move |_| {
                    requests.fetch_add(1, Ordering::Relaxed);
                });
        // SAFETY: what is skipped sets SQLite up so that one connection may be used by several threads at once, which
        // panics where SQLite is in use already. It is set up so by default, and no connection here is used like that.
        let builder = unsafe { builder.skip_safety_assert(true) };
        builder
            .build()
            .await
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &libsql::Error) -> Error {
        let text = error.to_string();
        let text = if self.token.is_empty() { text } else { text.replace(self.token.reveal(), "[a token]") };
        Error::new(
            Status::SyncFailed,
            format!("{} did not send what has changed ({text}).", self.server.location),
            "Try again. If it happens every time, look at the log of the server.",
        )
        .retryable()
    }

    fn note_sync(&self, begun: Instant, replicated: &Replicated) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.frame_no.store(replicated.frame_no().unwrap_or_default(), Ordering::Relaxed);
        *self.fresh_as_of.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(begun);
        self.missing.store(false, Ordering::Release);
    }

    pub(super) fn note_index(&self, index: Index) {
        self.frame_no.store(index.frame_no, Ordering::Relaxed);
    }

    pub(super) fn note_rebuild(&self) {
        self.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
