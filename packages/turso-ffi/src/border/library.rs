//! The library as a whole.

use std::ffi::c_char;

use super::buffer::TursoBuffer;
use super::guard::guarded;
use crate::connection;
use crate::process;
use crate::runtime;
use crate::status::Status;

/// Gives a buffer back, and empties it.
///
/// # Safety
/// `buffer` is NULL, or a buffer that this library filled or that is empty.
#[no_mangle]
pub unsafe extern "C" fn turso_buffer_free(buffer: *mut TursoBuffer) {
    // SAFETY: promised by the caller.
    if let Some(buffer) = unsafe { buffer.as_mut() } {
        // SAFETY: as above.
        unsafe { buffer.free() };
    }
}

/// The word of a status, such as "REMOTE_BUSY".
#[no_mangle]
pub extern "C" fn turso_status_word(status: u32) -> *const c_char {
    Status::word_of(status).as_ptr()
}

/// Version of the library, such as "0.1.0".
#[no_mangle]
pub extern "C" fn turso_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Starts the threads that do the work.
///
/// # Safety
/// `out` may be written, as for every function of `turso.h`.
#[no_mangle]
pub unsafe extern "C" fn turso_init_runtime(out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || runtime::start().map(|_| Vec::new())) }
}

/// Closes what is open, and ends the threads.
///
/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_shutdown(out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            connection::shutdown();
            process::release();
            Ok(Vec::new())
        })
    }
}
