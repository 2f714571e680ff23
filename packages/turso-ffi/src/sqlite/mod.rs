//! SQLite files on this machine: the replica's, which is only read here, and databases without a server.

pub mod database;
mod failure;
mod limit;
mod pool;
mod query;
mod streaming;

pub use failure::{busy, constraint_failed, sql_failed, Failure};
pub use pool::{Access, Lease, Pool};
pub use query::{is_readonly, query, several_statements, would_write, OUTLINE};
pub use streaming::LocalCursor;
