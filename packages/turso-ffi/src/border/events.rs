//! Events: by a callback, or one by one.

use std::ffi::c_void;

use super::buffer::TursoBuffer;
use super::guard::guarded;
use crate::connection::{Callback, CONNECTIONS};

/// The callback of a program: its context, and an encoded event that is only looked at.
pub type TursoEventCallback = Option<unsafe extern "C" fn(context: *mut c_void, event: *const u8, length: usize)>;

/// The context of a callback, which its owner lets go to the thread that calls.
struct Context(*mut c_void);

// SAFETY: turso.h says that it is used on another thread.
unsafe impl Send for Context {}

impl Context {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

/// # Safety
/// `callback` may be called with `context` on another thread, until it is replaced or the connection is closed. `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_on_event(
    connection_id: i64,
    callback: TursoEventCallback,
    context: *mut c_void,
    out: *mut TursoBuffer,
) -> u32 {
    let context = Context(context);
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let callback = callback.map(|callback| -> Callback {
                // SAFETY: promised by the caller.
                Box::new(move |event: &[u8]| callback(context.get(), event.as_ptr(), event.len()))
            });
            CONNECTIONS.get(connection_id)?.on_event(callback).map(|()| Vec::new())
        })
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_next_event(connection_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || CONNECTIONS.get(connection_id)?.next_event()) }
}
