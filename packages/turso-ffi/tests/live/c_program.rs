//! A program in C over turso.h and the static library.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::folder::Folder;
use crate::support::missing;
use crate::support::server::Server;

const SYSTEM_LIBRARIES: &[&str] = if cfg!(target_os = "macos") {
    &["-framework", "Security", "-framework", "CoreFoundation"]
} else {
    &["-lpthread", "-ldl", "-lm"]
};

/// The C compiler, as make names it.
fn compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".into())
}

/// Compiles the program, and gives its path; None where there is no C compiler.
fn program(folder: &Folder) -> Option<PathBuf> {
    if Command::new(compiler()).arg("--version").output().is_err() {
        missing("C compiler (cc)");
        return None;
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo made it just before this test, and beside it.
    let library = std::env::current_exe().unwrap().with_file_name("libturso_ocaml_ffi.a");
    let program = folder.path("direct_access");
    run(Command::new(compiler())
        .arg(concat!("-DVERSION=\"", env!("CARGO_PKG_VERSION"), "\""))
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-D_GNU_SOURCE", "-o"])
        .arg(&program)
        .arg("-I")
        .arg(package.join("include"))
        .arg(package.join("tests/c/direct_access.c"))
        .arg(library)
        .args(SYSTEM_LIBRARIES));
    Some(program)
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

#[test]
fn it_runs_and_prints_nothing() {
    let folder = Folder::new();
    let (Some(program), Some(server)) = (program(&folder), Server::start()) else { return };
    let said = run(Command::new(program)
        .args(["calls", "file:local.db"])
        .arg(folder.path("replica.db"))
        .arg(server.url())
        .current_dir(folder.root()));
    assert_eq!(said, "");
}

#[test]
fn it_runs_clean_under_valgrind() {
    let folder = Folder::new();
    let (Some(program), Some(server)) = (program(&folder), Server::start()) else { return };
    if Command::new("valgrind").arg("--version").output().is_err() {
        return missing("valgrind");
    }
    let said = run(Command::new("valgrind")
        .args(["--leak-check=full", "--show-leak-kinds=definite,indirect,possible"])
        .args(["--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=9", "--quiet"])
        .arg(format!("--suppressions={}/tests/c/valgrind.supp", env!("CARGO_MANIFEST_DIR")))
        .arg(program)
        .args(["calls", "file:local.db"])
        .arg(folder.path("replica.db"))
        .arg(server.url())
        .current_dir(folder.root()));
    assert_eq!(said, "");
}

#[test]
fn a_fork_is_refused_and_its_parent_goes_on() {
    let folder = Folder::new();
    let (Some(program), Some(server)) = (program(&folder), Server::start()) else { return };
    let said = run(Command::new(program).args(["fork", "file:local.db"]).arg(server.url()).current_dir(folder.root()));
    assert_eq!(said, "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_thousand_calls_do_not_make_it_grow() {
    let folder = Folder::new();
    let Some(program) = program(&folder) else { return };
    run(Command::new(program).args(["grow", "file:local.db", "100000"]).current_dir(folder.root()));
}
