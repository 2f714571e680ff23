//! The page about C and Python: its programs, from its own text, with the installed library.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::folder::Folder;
use crate::support::missing;
use crate::support::server::Server;

/// The commands of the page are for a server at this URL.
const URL: &str = "http://127.0.0.1:8080";

#[test]
#[cfg(target_os = "linux")]
fn its_programs_do_what_it_says() {
    for tool in ["cc", "pkg-config", "python3"] {
        if Command::new(tool).arg("--version").output().is_err() {
            return missing(tool);
        }
    }
    let Some(server) = Server::start() else { return };
    let home = Folder::new();
    let page = std::fs::read_to_string(package().join("../../docs/direct-access-c.md")).unwrap();
    let commands = blocks(&page, "sh");
    assert!(commands[0].contains("sh install.sh --prefix \"$HOME/.local\""), "{}", commands[0]);
    install(&[&format!("--prefix={}", home.path(".local").display())], "");
    std::fs::write(home.path("contacts.c"), &blocks(&page, "c")[0]).unwrap();
    std::fs::write(home.path("contacts.py"), &blocks(&page, "python")[0]).unwrap();
    let shell = |commands: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-euc", &commands.replace(URL, &server.url())]).current_dir(home.root()).env("HOME", home.root());
        run(shell.env_remove("TURSO_AUTH_TOKEN"))
    };
    assert_eq!(shell(&commands[1]), blocks(&page, "text")[0]);
    assert_eq!(shell(&commands[2]), "[{'name': 'Ada'}, {'name': 'Grace'}]\n");
}

#[test]
#[cfg(target_os = "linux")]
fn packages_are_made_below_another_root() {
    let folder = Folder::new();
    let root = folder.path("root");
    install(&["--prefix", "/usr", "--libdir=/usr/lib64"], root.to_str().unwrap());
    let config = std::fs::read_to_string(root.join("usr/lib64/pkgconfig/turso-ffi.pc")).unwrap();
    assert!(config.starts_with("prefix=/usr\nlibdir=/usr/lib64\nincludedir=${prefix}/include\n"), "{config}");
    assert!(config.contains(concat!("\nVersion: ", env!("CARGO_PKG_VERSION"), "\n")), "{config}");
    for file in ["usr/include/turso.h", "usr/lib64/libturso_ocaml_ffi.so"] {
        assert!(root.join(file).is_file(), "{file}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn wrong_options_install_nothing() {
    let folder = Folder::new();
    for (options, reason) in [
        (&["--prefix", "here"][..], "not an absolute path"),
        (&["--prefix"], "needs a value"),
        (&["--root=/x"], "does not know --root=/x"),
        (&["--library=/none.so", "--prefix=/usr"], "Run this first: cargo build --release --lib"),
    ] {
        let output = installer().args(options).env("DESTDIR", folder.path("root")).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(reason), "{options:?}: {told}");
        assert!(!folder.path("root").exists());
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn installer() -> Command {
    let mut installer = Command::new("sh");
    installer.arg(package().join("install.sh"));
    installer
}

fn install(options: &[&str], root: &str) {
    // Cargo made it just before this test, and beside it.
    let library: PathBuf = std::env::current_exe().unwrap().with_file_name("libturso_ocaml_ffi.so");
    run(installer().arg("--library").arg(library).args(options).env("DESTDIR", root));
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (told, failed) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{told}{failed}");
    told
}

/// The contents of the page's blocks in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let parts = page.split(&format!("\n```{language}\n")).skip(1).map(str::to_owned).collect::<Vec<_>>();
    parts.iter().map(|part| format!("{}\n", part.split("\n```").next().unwrap())).collect()
}
