//! The library as its users call it, by turso.h, on real servers.

mod contract;
mod support;
