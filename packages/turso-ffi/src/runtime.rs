//! The threads that do the work.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};
use crate::quiet;

/// Requests are small work between long waits; more threads would not make them quicker.
const THREADS: usize = 2;

/// Starts the threads, unless they run.
pub fn start() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        quiet::install();
        Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("turso")
            .on_thread_start(quiet::enter)
            .enable_all()
            .build()
    });
    runtime.as_ref().map_err(|error| Error::internal(format!("its threads cannot be started: {error}")))
}

/// Waits for a future on the thread of the caller.
pub fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    start()?.block_on(future)
}
