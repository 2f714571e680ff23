//! A live connection to a Turso (libSQL) database, behind the C interface of `include/turso.h`.
//!
//! A connection reads from an embedded replica and sends writes to the primary; after a write the replica is synced before
//! the call returns. The border to C is in [`border`]; everything else knows nothing of it.

#![deny(unsafe_op_in_unsafe_fn)]

mod address;
pub mod border;
mod bulk;
mod call;
mod connection;
mod credentials;
mod error;
mod events;
mod file_url;
mod input;
mod keyword;
mod latency;
mod parameters;
mod primary;
mod process;
mod quiet;
mod registry;
mod replica;
mod runtime;
mod secret;
mod server_url;
mod sql_tokens;
mod sqlite;
mod status;
mod value;
