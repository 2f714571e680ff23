//! Bytes that cross the border: `turso_buffer` goes out and comes back, `turso_bytes` is only looked at.

use std::mem::ManuallyDrop;

use crate::error::{Error, Result};

/// Bytes that this library made and the caller owns.
#[repr(C)]
pub struct TursoBuffer {
    data: *mut u8,
    len: usize,
    cap: usize,
}

/// Bytes of the caller's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TursoBytes {
    data: *const u8,
    len: usize,
}

impl TursoBuffer {
    pub const EMPTY: Self = Self { data: std::ptr::null_mut(), len: 0, cap: 0 };

    pub fn new(bytes: Vec<u8>) -> Self {
        if bytes.capacity() == 0 {
            return Self::EMPTY;
        }
        let mut bytes = ManuallyDrop::new(bytes);
        Self { data: bytes.as_mut_ptr(), len: bytes.len(), cap: bytes.capacity() }
    }

    /// Frees the bytes and leaves an empty buffer.
    ///
    /// # Safety
    /// The fields are as `new` made them, or as this function left them.
    pub unsafe fn free(&mut self) {
        let Self { data, len, cap } = std::mem::replace(self, Self::EMPTY);
        if !data.is_null() {
            // SAFETY: these are the parts of a Vec that was given away once.
            drop(unsafe { Vec::from_raw_parts(data, len, cap) });
        }
    }
}

impl TursoBytes {
    pub const EMPTY: Self = Self { data: std::ptr::null(), len: 0 };

    /// Fails with USAGE for a length without bytes, and for one that no memory has.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that stay as they are for the length of the call.
    pub unsafe fn as_slice<'a>(self) -> Result<&'a [u8]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() || isize::try_from(self.len).is_err() {
            let message = format!("An argument has {} bytes, but no place for them.", self.len);
            return Err(Error::usage(message, "Nothing was done. Pass the address of the bytes, or the length 0."));
        }
        // SAFETY: promised by the caller.
        Ok(unsafe { std::slice::from_raw_parts(self.data, self.len) })
    }
}
