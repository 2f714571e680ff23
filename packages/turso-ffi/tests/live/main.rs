//! The library as its users call it, by turso.h, on real servers.

mod contract;
mod failures;
mod replicas;
mod scratch;
mod syncing;
mod values;
mod support;
