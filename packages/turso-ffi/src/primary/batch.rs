//! Several statements in one transaction, in one request.

use super::messages::{
    Answer, AnswerKind, Batch, BatchRequest, BatchResult, ConditionKind, Empty, RequestKind, ResponseKind, Step, Stmt,
};
use super::{closing, condition, errors, exact, not, plain, requests, values, Primary};
use crate::bulk::{self, Args, Piece};
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};
use crate::input::Statement;
use crate::status::Status;
use crate::value::{Changes, Value};

/// An error, and the index of the statement that it is of, if it is of one.
type Failed = (Error, Option<usize>);

impl Primary {
    /// Runs statements, each only if the one before succeeded, COMMIT too. An error's message names the statement.
    pub async fn execute_batch(&self, call: Call<'_>, statements: &[Statement<'_>]) -> Result<Changes> {
        let stmts = statements.iter().map(|statement| values::stmt(statement.sql, &statement.params, false));
        match self.transact(call, stmts.collect()).await {
            Ok(changes) => Ok(changes),
            Err((error, Some(index))) => Err(bulk::in_statement(error, index)),
            Err((error, None)) if error.status == Status::SqlFailed => Err(self.locate(call, statements, error).await),
            Err((error, None)) => Err(error),
        }
    }

    /// Inserts rows as they were cut into statements.
    pub async fn insert_rows(&self, call: Call<'_>, pieces: Vec<Piece<'_>>) -> Result<Changes> {
        let stmts = pieces.into_iter().map(|piece| match piece.args {
            Args::Json(text) => values::stmt(&piece.sql, &[Value::Text(text.as_bytes())], false),
            Args::Bound(args) => values::stmt(&piece.sql, &args, false),
        });
        self.transact(call, stmts.collect()).await.map_err(|(error, _)| error)
    }

    async fn transact(&self, call: Call<'_>, stmts: Vec<Stmt>) -> Result<Changes, Failed> {
        let count = stmts.len();
        let request = closing(RequestKind::Batch(BatchRequest { batch: transaction(stmts) }));
        let failed_at = std::cell::Cell::new(None);
        let run = || async {
            failed_at.set(None);
            match self.first(&request, call).await? {
                ResponseKind::Batch(answer) => self.outcome(&answer.result, count).map_err(|(error, index)| {
                    failed_at.set(index);
                    error
                }),
                _ => Err(self.not_an_answer()),
            }
        };
        call.repeat(Repeat::Unbegun, run).await.map_err(|error| (uncommitted(error), failed_at.get()))
    }

    fn outcome(&self, result: &BatchResult, count: usize) -> Result<Changes, Failed> {
        // Steps: BEGIN, the statements, COMMIT, ROLLBACK; what ROLLBACK says does not matter.
        let commit = count as u32 + 1;
        if let Some(step) = (0..=commit).find(|step| result.step_errors.contains_key(step)) {
            let error = errors::answered(&result.step_errors[&step], self.location());
            let index = (step > 0 && step < commit).then(|| step as usize - 1);
            return Err((error, index));
        }
        if !result.step_results.contains_key(&commit) {
            return Err((self.not_an_answer(), None));
        }
        let mut changes = Changes::default();
        for step in 1..commit {
            changes.add(result.step_results.get(&step).map(values::changes).unwrap_or_default());
        }
        Ok(changes)
    }

    /// Finds the statement that the server could not read, for which it refused the batch as a whole: each is sent once
    /// more on its own, to be read and not carried out.
    async fn locate(&self, call: Call<'_>, statements: &[Statement<'_>], error: Error) -> Error {
        let mut kinds = Vec::with_capacity(statements.len() + 1);
        for statement in statements {
            let never = not(ConditionKind::Ok(0));
            let first = Step { condition: None, stmt: plain("SELECT 1") };
            let steps = vec![first, Step { condition: Some(never), stmt: plain(statement.sql) }];
            kinds.push(RequestKind::Batch(BatchRequest { batch: Batch { steps } }));
        }
        kinds.push(RequestKind::Close(Empty {}));
        let Ok(answer) = self.pipeline(None, &requests(None, kinds), call).await else {
            return error;
        };
        let is_it = |answer: &Answer| match &answer.kind {
            Some(AnswerKind::Error(found)) => errors::answered(found, self.location()) == error,
            _ => false,
        };
        match answer.results.iter().position(is_it) {
            Some(index) => bulk::in_statement(error, index),
            None => error,
        }
    }
}

/// A server that cannot send the rows of RETURNING ends the transaction.
fn uncommitted(error: Error) -> Error {
    if exact::is_not_text(&error) {
        return errors::unsendable(error, "Nothing was changed.");
    }
    error
}

fn transaction(stmts: Vec<Stmt>) -> Batch {
    let count = stmts.len() as u32;
    let after = |step| Some(condition(ConditionKind::Ok(step)));
    let mut steps = vec![Step { condition: None, stmt: plain("BEGIN IMMEDIATE") }];
    steps.extend(stmts.into_iter().zip(0..).map(|(stmt, before)| Step { condition: after(before), stmt }));
    steps.push(Step { condition: after(count), stmt: plain("COMMIT") });
    let not_committed = not(ConditionKind::Ok(count + 1));
    steps.push(Step { condition: Some(not_committed), stmt: plain("ROLLBACK") });
    Batch { steps }
}
