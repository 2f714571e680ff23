//! What callers know by a number. Numbers come from one counter and are never used again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::{Error, Result};

static NEXT_ID: AtomicI64 = AtomicI64::new(1);

pub fn next_id() -> i64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// Things of one kind by their ids. The lock is held only to look one up, never while it is used.
pub struct Registry<T> {
    things: RwLock<Option<HashMap<i64, Arc<T>>>>,
}

impl<T> Registry<T> {
    pub const fn new() -> Self {
        Self { things: RwLock::new(None) }
    }

    pub fn add(&self, thing: T) -> i64 {
        let id = next_id();
        self.put(id, Arc::new(thing));
        id
    }

    pub fn put(&self, id: i64, thing: Arc<T>) {
        let mut things = self.things.write().unwrap_or_else(PoisonError::into_inner);
        things.get_or_insert_default().insert(id, thing);
    }

    /// Fails with CONNECTION_CLOSED for an id that is not or no longer there.
    pub fn get(&self, id: i64) -> Result<Arc<T>> {
        let things = self.things.read().unwrap_or_else(PoisonError::into_inner);
        things.as_ref().and_then(|things| things.get(&id)).cloned().ok_or_else(Error::closed)
    }

    /// Takes one out; the same failure as `get`.
    pub fn remove(&self, id: i64) -> Result<Arc<T>> {
        let mut things = self.things.write().unwrap_or_else(PoisonError::into_inner);
        things.as_mut().and_then(|things| things.remove(&id)).ok_or_else(Error::closed)
    }

    /// Takes out all that `is_meant` says.
    pub fn remove_all(&self, is_meant: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
        let mut things = self.things.write().unwrap_or_else(PoisonError::into_inner);
        let Some(things) = things.as_mut() else { return Vec::new() };
        things.extract_if(|_, thing| is_meant(thing)).map(|(_, thing)| thing).collect()
    }

    /// The ids of all that are there.
    pub fn ids(&self) -> Vec<i64> {
        let things = self.things.read().unwrap_or_else(PoisonError::into_inner);
        things.as_ref().map_or_else(Vec::new, |things| things.keys().copied().collect())
    }

    /// Gives the memory back if nothing is there.
    pub fn release(&self) {
        let mut things = self.things.write().unwrap_or_else(PoisonError::into_inner);
        if things.as_ref().is_some_and(HashMap::is_empty) {
            *things = None;
        }
    }

    pub fn count(&self, is_meant: impl Fn(&T) -> bool) -> usize {
        let things = self.things.read().unwrap_or_else(PoisonError::into_inner);
        things.as_ref().map_or(0, |things| things.values().filter(|thing| is_meant(thing)).count())
    }
}
