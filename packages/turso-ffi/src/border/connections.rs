//! Connections: open, sync, close.

use std::time::Duration;

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode::{path, utf8};
use super::guard::{give_id, guarded};
use crate::connection::{self, AutoSync, Options, CONNECTIONS};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::value::put_bytes;

const DEFAULT_TIMEOUT_MS: u32 = 30_000;
const DEFAULT_RETRIES: u32 = 5;

/// How to connect; zeros mean the defaults.
#[repr(C)]
pub struct TursoOptions {
    db_path: TursoBytes,
    url: TursoBytes,
    token: TursoBytes,
    auto_sync: u32,
    sync_interval_ms: u32,
    timeout_ms: u32,
    max_retries: u32,
    encryption_key: TursoBytes,
    offline_start: u32,
    slow_statement_ms: u32,
}

/// # Safety
/// The pointers are as `turso.h` says: readable, or writable for what goes out.
#[no_mangle]
pub unsafe extern "C" fn turso_open(
    options: *const TursoOptions,
    connection_id: *mut i64,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let options = options
                .as_ref()
                .ok_or_else(|| Error::usage("The options are NULL.", "Pass the address of a turso_options."))?;
            give_id(connection_id, || open(options))
        })
    }
}

/// # Safety
/// As for turso_open.
#[no_mangle]
pub unsafe extern "C" fn turso_create_synced_db(
    db_path: TursoBytes,
    url: TursoBytes,
    token: TursoBytes,
    connection_id: *mut i64,
    out: *mut TursoBuffer,
) -> u32 {
    let options = TursoOptions {
        db_path,
        url,
        token,
        auto_sync: 0,
        sync_interval_ms: 0,
        timeout_ms: 0,
        max_retries: 0,
        encryption_key: TursoBytes::EMPTY,
        offline_start: 0,
        slow_statement_ms: 0,
    };
    // SAFETY: promised by the caller.
    unsafe { turso_open(&options, connection_id, out) }
}

/// # Safety
/// The texts of the options are readable.
unsafe fn open(options: &TursoOptions) -> Result<(i64, Vec<u8>)> {
    // SAFETY: promised by the caller.
    let (db_path, url, token, encryption_key) = unsafe {
        (
            options.db_path.as_slice()?,
            options.url.as_slice()?,
            options.token.as_slice()?,
            options.encryption_key.as_slice()?,
        )
    };
    let (id, word) = connection::open(Options {
        db_path: path(db_path, "path of the replica")?,
        url: utf8(url, "database URL")?,
        credentials: Credentials {
            token: Secret::new(utf8(token, "token")?),
            encryption_key: Secret::new(utf8(encryption_key, "encryption key")?),
        },
        auto_sync: AutoSync::of(options.auto_sync, options.sync_interval_ms)?,
        timeout: Duration::from_millis(or_default(options.timeout_ms, DEFAULT_TIMEOUT_MS).into()),
        max_retries: or_default(options.max_retries, DEFAULT_RETRIES),
        offline_start: options.offline_start != 0,
        slow_statement_ms: options.slow_statement_ms,
    })?;
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, word.as_bytes());
    Ok((id, bytes))
}

fn or_default(number: u32, default: u32) -> u32 {
    if number == 0 {
        default
    } else {
        number
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_set_auto_sync(
    connection_id: i64,
    mode: u32,
    sync_interval_ms: u32,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let connection = CONNECTIONS.get(connection_id)?;
            connection.set_auto_sync(AutoSync::of(mode, sync_interval_ms)?)?;
            Ok(Vec::new())
        })
    }
}

/// # Safety
/// `token` is readable, and `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_set_token(connection_id: i64, token: TursoBytes, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let token = Secret::new(utf8(token.as_slice()?, "token")?);
            CONNECTIONS.get(connection_id)?.set_token(token).map(|()| Vec::new())
        })
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_sync(connection_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let synced = CONNECTIONS.get(connection_id)?.sync()?;
            let mut bytes = synced.frames.to_le_bytes().to_vec();
            bytes.extend_from_slice(&synced.frame_no.to_le_bytes());
            Ok(bytes)
        })
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_close_connection(connection_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || connection::close(connection_id).map(|()| Vec::new())) }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_stats(connection_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || CONNECTIONS.get(connection_id)?.stats()) }
}
