//! contract/direct-access.txt, carried out: every behaviour on a server and in a folder of its own.

mod parse;
mod run;

use parse::Behaviour;

const CONTRACT: &str = include_str!("../../../contract/direct-access.txt");

#[test]
fn every_behaviour_holds() {
    let behaviours = parse::behaviours(CONTRACT);
    assert!(behaviours.len() >= 20, "only {} behaviours were found", behaviours.len());
    let failures: Vec<_> = behaviours.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn failure(behaviour: &Behaviour) -> Option<String> {
    let outcome = std::panic::catch_unwind(|| run::run(behaviour));
    let reason = match outcome {
        Ok(Ok(())) => return None,
        Ok(Err(reason)) => reason,
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".into()),
    };
    Some(format!("{}: {reason}", behaviour.title))
}

#[test]
fn a_behaviour_that_does_not_hold_is_told() {
    for (text, reason) in [
        ("behaviour b\nopen file\nquery SELECT 1\nrow int:2\n", "rows"),
        ("behaviour b\nopen file\nquery SELECT 1\n", "rows"),
        ("behaviour b\nopen file\nquery SELECT 1 AS a\ncolumns b\nrow int:1\n", "columns"),
        ("behaviour b\nopen file\nexecute CREATE TABLE t (v)\nerror SQL_FAILED\n", "error"),
        ("behaviour b\nopen file\nexecute CREATE TABL t (v)\n", "SQL_FAILED"),
        ("behaviour b\nopen file\nexecute CREATE TABLE t (v)\nchanges 1\n", "changes"),
    ] {
        let told = failure(&parse::behaviours(text)[0]).unwrap_or_default();
        assert!(told.contains(reason), "{text} should fail for its {reason}, and told: {told}");
    }
}
