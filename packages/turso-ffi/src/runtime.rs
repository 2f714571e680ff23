//! The threads that do the work.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};
use crate::quiet;

/// Requests are small work between long waits; more threads would not make them quicker.
const THREADS: usize = 2;

/// How long work in a file may take that goes on when the threads are to end.
const LAST_WORK: Duration = Duration::from_secs(10);

static RUNTIME: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);

/// Starts the threads, unless they run.
pub fn start() -> Result<Arc<Runtime>> {
    let mut runtime = running();
    if let Some(runtime) = &*runtime {
        return Ok(Arc::clone(runtime));
    }
    quiet::install();
    let started = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("turso")
        .on_thread_start(quiet::enter)
        .enable_all()
        .build()
        .map_err(|error| Error::internal(format!("its threads cannot be started: {error}")))?;
    Ok(Arc::clone(runtime.insert(Arc::new(started))))
}

/// Waits for a future on the thread of the caller.
pub fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    start()?.block_on(future)
}

/// Ends the threads, after the calls under way. A later call starts them again.
pub fn stop() {
    let Some(mut shared) = running().take() else { return };
    // This one is kept to the end: a runtime cannot end on a thread of its own.
    let runtime = loop {
        match Arc::try_unwrap(shared) {
            Ok(runtime) => break runtime,
            Err(still_shared) => shared = still_shared,
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    runtime.shutdown_timeout(LAST_WORK);
}

fn running() -> MutexGuard<'static, Option<Arc<Runtime>>> {
    RUNTIME.lock().unwrap_or_else(PoisonError::into_inner)
}
