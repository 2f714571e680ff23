//! The library as its users call it, by turso.h, on real servers.

mod c_page;
mod c_program;
mod contract;
mod events;
mod failures;
mod lifetimes;
mod messages;
mod network;
mod offline;
mod readers;
mod refusals;
mod renewed_tokens;
mod replicas;
mod statements;
mod support;
mod syncing;
mod threads;
mod transactions;
mod values;
