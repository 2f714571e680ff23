//! contract/direct-access.txt, carried out: every behaviour on a server and in a folder of its own.

mod parse;
mod run;

use parse::{Action, Behaviour, Kind};

use crate::support::doubles::JSON_ONLY;

const CONTRACT: &str = include_str!("../../../contract/direct-access.txt");

#[test]
fn every_behaviour_holds() {
    let behaviours = parse::behaviours(CONTRACT);
    assert!(behaviours.len() >= 20, "only {} behaviours were found", behaviours.len());
    let failures: Vec<_> = behaviours.iter().filter_map(|behaviour| failure(behaviour, None)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Servers that speak JSON only have no log, so that these are behaviours without a replica.
#[test]
fn every_behaviour_without_a_replica_holds_in_json() {
    for kind in JSON_ONLY {
        let behaviours: Vec<_> = parse::behaviours(CONTRACT).into_iter().filter_map(without_replica).collect();
        assert!(behaviours.len() >= 12, "only {} behaviours were found", behaviours.len());
        let failures: Vec<_> = behaviours.iter().filter_map(|behaviour| failure(behaviour, Some(kind))).collect();
        assert!(failures.is_empty(), "as {kind}\n{}", failures.join("\n"));
    }
}

/// Only those in which a write may fail half-way: each request that is refused takes up to a second.
#[test]
fn behaviours_of_transactions_hold_behind_a_load_balancer() {
    let is_of_transactions = |step: &parse::Step| {
        matches!(step.action, Action::Begin | Action::Batch(_) | Action::Insert { .. } | Action::Rollback)
    };
    let mut behaviours = parse::behaviours(CONTRACT);
    // The balancer stays as it is while its server goes, and refuses one of its first requests, with or without a token.
    let is_of_the_server = |step: &parse::Step| matches!(step.action, Action::ServerStop | Action::ServerKey(_));
    behaviours.retain(|behaviour| {
        let steps = &behaviour.steps;
        behaviour.needs_server && steps.iter().any(is_of_transactions) && !steps.iter().any(is_of_the_server)
    });
    assert!(behaviours.len() >= 8, "only {} behaviours were found", behaviours.len());
    let failures: Vec<_> = behaviours.iter().filter_map(|behaviour| failure(behaviour, Some("balancer"))).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A behaviour of a server that is there, each connection without a replica; None for what only replicas do.
fn without_replica(mut behaviour: Behaviour) -> Option<Behaviour> {
    for step in &mut behaviour.steps {
        match &mut step.action {
            Action::Open(open) if !matches!(open.auto_sync, parse::AutoSync::On) => return None,
            Action::Open(open) => open.kind = Kind::Remote,
            Action::Sync | Action::Rebuilds(_) | Action::Harm { .. } => return None,
            Action::ServerStop | Action::ServerKey(_) | Action::ServerFreeze => return None,
            _ => {}
        }
    }
    behaviour.needs_server.then_some(behaviour)
}

fn failure(behaviour: &Behaviour, double: Option<&str>) -> Option<String> {
    let outcome = std::panic::catch_unwind(|| run::run(behaviour, double));
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
        let told = failure(&parse::behaviours(text)[0], None).unwrap_or_default();
        assert!(told.contains(reason), "{text} should fail for its {reason}, and told: {told}");
    }
}
