//! Keeps panics of this library from being printed: they are returned as errors.

use std::cell::Cell;
use std::panic::PanicHookInfo;
use std::sync::{Once, OnceLock};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Makes the process ask, before it prints a panic, whether it is one of ours.
pub fn install() {
    static INSTALLED: Once = Once::new();
    static PRINT: OnceLock<Hook> = OnceLock::new();
    INSTALLED.call_once(|| {
        let print = PRINT.get_or_init(std::panic::take_hook);
        std::panic::set_hook(Box::new(|panic| {
            if !QUIET.get() {
                print(panic);
            }
        }));
    });
}

/// Says that this thread is ours from now on.
pub fn enter() {
    QUIET.set(true);
}

/// Runs `work` as ours.
pub fn within<T>(work: impl FnOnce() -> T) -> T {
    let before = QUIET.replace(true);
    let result = work();
    QUIET.set(before);
    result
}
