//! What every exported function does the same way: no panic leaves it, `out` is always set, and no fork gets in.

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode;
use crate::error::{Error, Result};
use crate::process;
use crate::quiet;
use crate::registry::Registry;
use crate::status::Status;
use crate::value::{put_bytes, put_u32, Value};

/// Carries out a call, and puts its answer or its error into `out`.
///
/// # Safety
/// `out` is NULL or may be written; what it holds is not freed.
pub unsafe fn guarded(out: *mut TursoBuffer, work: impl FnOnce() -> Result<Vec<u8>>) -> u32 {
    if out.is_null() {
        return Status::Usage as u32;
    }
    let outcome = quiet::within(|| catch_unwind(AssertUnwindSafe(|| process::check().and_then(|()| work()))));
    let (status, bytes) = match outcome.unwrap_or_else(|panic| Err(panicked(&*panic))) {
        Ok(bytes) => (Status::Ok, bytes),
        Err(error) => (error.status, encode_error(&error)),
    };
    // SAFETY: it may be written, as promised.
    unsafe { out.write(TursoBuffer::new(bytes)) };
    status as u32
}

/// Carries out a statement and its parameters on the thing of this id.
///
/// # Safety
/// The bytes are readable; `out` as for [`guarded`].
pub unsafe fn run_statement<T, A: Into<Vec<u8>>>(
    things: &Registry<T>,
    id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    out: *mut TursoBuffer,
    run: impl FnOnce(&T, &str, &[Value]) -> Result<A>,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let params = decode::params(params.as_slice()?)?;
            run(&*things.get(id)?, decode::text(sql.as_slice()?, "SQL")?, &params).map(Into::into)
        })
    }
}

/// An id that goes out by a pointer.
///
/// # Safety
/// `id` is NULL or may be written.
pub unsafe fn give_id(id: *mut i64, work: impl FnOnce() -> Result<(i64, Vec<u8>)>) -> Result<Vec<u8>> {
    if id.is_null() {
        return Err(Error::usage("The pointer for the id is NULL.", "Pass the address of an int64_t."));
    }
    // SAFETY: it may be written, as promised.
    unsafe { id.write(0) };
    let (new, bytes) = work()?;
    // SAFETY: as above.
    unsafe { id.write(new) };
    Ok(bytes)
}

fn encode_error(error: &Error) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    put_u32(&mut bytes, error.status as usize);
    bytes.push(u8::from(error.retryable));
    for text in [error.status.word(), &error.message, &error.hint] {
        put_bytes(&mut bytes, text.as_bytes());
    }
    bytes
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let message = panic.downcast_ref::<&str>().copied();
    Error::internal(message.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_next_call_works() {
        crate::runtime::start().unwrap();
        let mut out = TursoBuffer::EMPTY;
        let status = unsafe { guarded(&mut out, || panic!("of a test, number {}", 1)) };
        assert_eq!(status, Status::Internal as u32);
        unsafe { out.free() };
        assert_eq!(unsafe { guarded(&mut out, || Ok(vec![1])) }, Status::Ok as u32);
        unsafe { out.free() };
    }

    #[test]
    fn without_out_nothing_is_done() {
        let status = unsafe { guarded(std::ptr::null_mut(), || unreachable!("it has nowhere to answer")) };
        assert_eq!(status, Status::Usage as u32);
    }
}
