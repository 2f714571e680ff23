//! Bringing the replica up to date.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::files::Files;
use super::follower::{Follower, Reached};
use super::log::Patience;
use super::Replica;
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};

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

    /// Fetches the file anew, unless that was done since `generation`.
    pub async fn rebuild(self: &Arc<Self>, call: Call<'_>, generation: u64) -> Result<()> {
        let asked = Instant::now();
        let is_due = || self.generation() == generation;
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, is_due())).await.map(drop)
    }

    /// On a task of its own, since what has come must not be left half written where the caller goes away.
    async fn attempt(self: &Arc<Self>, asked: Instant, deadline: Instant, anew: bool) -> Result<Synced> {
        let unwanted = CancellationToken::new();
        let patience = Patience { deadline, unwanted: unwanted.clone() };
        let _unwanted_when_dropped = unwanted.drop_guard();
        let task = tokio::spawn(Arc::clone(self).run(asked, patience, anew));
        task.await.unwrap_or_else(|panicked| Err(Error::internal(format!("a sync ended early ({panicked})"))))
    }

    async fn run(self: Arc<Self>, asked: Instant, patience: Patience, anew: bool) -> Result<Synced> {
        let mut kept = self.log.wait(&patience, self.follower.lock()).await?;
        if self.fresh_as_of().is_some_and(|begun| begun > asked) {
            return Ok(Synced { frames: 0, frame_no: self.frame_no() });
        }
        let begun = Instant::now();
        let (follower, frames) = match kept.take() {
            follower if !anew => self.follow(follower, &patience).await?,
            follower => self.fetch_anew(follower, &patience).await?,
        };
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.frame_no.store(follower.frame_no().unwrap_or_default(), Ordering::Relaxed);
        *self.fresh_as_of.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(begun);
        *kept = Some(follower);
        Ok(Synced { frames, frame_no: self.frame_no() })
    }

    async fn follow(&self, follower: Option<Follower>, patience: &Patience) -> Result<(Follower, u64)> {
        let mut follower = match follower {
            Some(follower) => follower,
            None => Follower::new(&self.files).await?,
        };
        match follower.catch_up(&self.files, &self.log, patience).await? {
            Reached::TheEnd { frames } => Ok((follower, frames)),
            Reached::AnotherLog => self.fetch_anew(Some(follower), patience).await,
        }
    }

    /// Fetches the whole database into files beside, and puts them in the place of what is there.
    async fn fetch_anew(&self, follower: Option<Follower>, patience: &Patience) -> Result<(Follower, u64)> {
        let fresh = self.files.fresh();
        fresh.remove()?;
        let mut fetching = Follower::new(&fresh).await?;
        let frames = match fetching.catch_up(&fresh, &self.log, patience).await? {
            Reached::TheEnd { frames } => frames,
            Reached::AnotherLog => return Err(Error::internal("a new replica has a history")),
        };
        // Both let go of their files.
        drop((fetching, follower));
        self.put_in_place(&fresh)?;
        Ok((Follower::new(&self.files).await?, frames))
    }

    fn put_in_place(&self, fresh: &Files) -> Result<()> {
        let _alone = self.swapping.write().unwrap_or_else(PoisonError::into_inner);
        self.files.become_those_of(fresh)?;
        self.note_rebuild();
        Ok(())
    }

    pub(super) fn note_rebuild(&self) {
        self.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}
