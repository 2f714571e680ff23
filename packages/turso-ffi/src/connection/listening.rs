//! Telling a program what happens: one event after the other, on a thread for that.

use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use tokio_util::sync::CancellationToken;

use super::Connection;
use crate::error::{Error, Result};
use crate::quiet;
use crate::runtime;

/// What is called with each event, encoded.
pub type Callback = Box<dyn Fn(&[u8]) + Send>;

/// The thread that calls; it ends when this is dropped.
pub struct Listener {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Connection {
    /// Waits for the next event, encoded. Fails with CONNECTION_CLOSED if the connection is closed meanwhile.
    pub fn next_event(&self) -> Result<Vec<u8>> {
        let _entered = self.enter()?;
        self.wait(async { Ok(self.events.next().await.encode()) })
    }

    /// Calls `callback` with each event from now on, in the place of the one before, which is not called any more when this returns.
    pub fn on_event(&self, callback: Option<Callback>) -> Result<()> {
        let _entered = self.enter()?;
        let listener = callback.map(|callback| Listener::start(self, callback)).transpose()?;
        let before = std::mem::replace(&mut *self.listener.lock().unwrap_or_else(PoisonError::into_inner), listener);
        drop(before);
        Ok(())
    }
}

impl Listener {
    fn start(connection: &Connection, callback: Callback) -> Result<Self> {
        let stop = connection.closed.child_token();
        let (events, stopped) = (Arc::clone(&connection.events), stop.clone());
        let next = move || {
            runtime::wait(async {
                tokio::select! {
                    biased;
                    () = stopped.cancelled() => Err(Error::closed()),
                    event = events.next() => Ok(event.encode()),
                }
            })
        };
        let listen = move || {
            quiet::enter();
            while let Ok(event) = next() {
                callback(&event);
            }
        };
        let thread = std::thread::Builder::new().name("turso-events".into()).spawn(listen);
        let thread = thread.map_err(|error| Error::internal(format!("a thread cannot be started: {error}")))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
        // A callback may close its own connection.
        if let Some(thread) = self.thread.take().filter(|it| it.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}
