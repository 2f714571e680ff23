//! What the tests stand on.

pub mod abi;
pub mod codes;
pub mod connection;
pub mod doubles;
pub mod folder;
pub mod proxy;
pub mod server;
pub mod tokens;
pub mod value;

/// Says in one line that a test has not the tool that it needs; fails where all of them are meant to be there.
pub fn missing(tool: &str) {
    assert_ne!(std::env::var("TURSO_SYNC_REQUIRE_TOOLS").as_deref(), Ok("1"), "there is no {tool}");
    eprintln!("not tested: there is no {tool}");
}
