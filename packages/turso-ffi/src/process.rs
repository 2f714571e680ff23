//! The process that uses the library: a fork of it has none of the threads, and shares what they wait for.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Result};

const NONE: u32 = 0;

/// The process that has called first.
static OWNER: AtomicU32 = AtomicU32::new(NONE);

/// Refuses calls of a process that was forked from the owner: they could hang, and crash the owner.
pub fn check() -> Result<()> {
    let process = std::process::id();
    match OWNER.compare_exchange(NONE, process, Ordering::Relaxed, Ordering::Relaxed) {
        Err(owner) if owner != process => Err(Error::usage(
            "This process was forked from one that had called the library.",
            "Fork before the first call or after turso_shutdown, or start another program.",
        )),
        _ => Ok(()),
    }
}

/// Leaves the library to the process that calls next.
pub fn release() {
    OWNER.store(NONE, Ordering::Relaxed);
}
