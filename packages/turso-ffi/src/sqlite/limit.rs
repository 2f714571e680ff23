//! When a statement on a file must be over.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// Steps of SQLite's machine between two looks at the clock: some tenths of a millisecond.
const STEPS: i32 = 10_000;

/// A limit that SQLite asks for as it works.
pub struct Limit {
    timeout: Duration,
    made: Instant,
    /// Nanoseconds since `made`.
    deadline: AtomicU64,
    closed: Arc<AtomicBool>,
}

impl Limit {
    /// A limit for the statements of `connection`: they end with SQLITE_INTERRUPT once it is over.
    pub fn set(connection: &Connection, timeout: Duration, closed: &Arc<AtomicBool>) -> Arc<Self> {
        let limit = Self { timeout, made: Instant::now(), deadline: AtomicU64::new(0), closed: Arc::clone(closed) };
        let limit = Arc::new(limit);
        let asked = Arc::clone(&limit);
        connection.progress_handler(STEPS, Some(move || asked.is_over()));
        limit
    }

    /// From now on, there is the whole time once more.
    pub fn renew(&self) {
        let deadline = (self.made.elapsed() + self.timeout).as_nanos();
        self.deadline.store(u64::try_from(deadline).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
            || self.made.elapsed().as_nanos() > u128::from(self.deadline.load(Ordering::Relaxed))
    }
}
