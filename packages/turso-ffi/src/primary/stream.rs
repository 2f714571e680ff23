//! A transaction of several requests, on a stream of its own.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::encodings::Encoding;
use super::messages::{
    Batch, BatchRequest, ConditionKind, DescribeResult, Empty, RequestKind, ResponseKind, Step, Stmt, StmtResult,
    WireKind,
};
use super::returning;
use super::{beginning, condition, describing, errors, exact, not, plain, requests, values, Primary};
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};
use crate::status::Status;
use crate::value::{Executed, Value};

pub struct Stream {
    primary: Arc<Primary>,
    state: Mutex<State>,
}

/// Where the stream goes on. Each baton is good for one request.
struct State {
    /// None where the stream is over.
    baton: Option<String>,
    base: Option<String>,
    guard: Guard,
}

/// How a statement is kept from running once the server has ended the transaction: it would carry out what comes next by itself.
#[derive(Clone, Copy)]
enum Guard {
    /// Not at all, as for BEGIN itself.
    None,
    /// By a condition.
    Condition,
    /// For servers that do not know that condition, by what SQLite ignores within a transaction: a change of `foreign_keys`, which
    /// are enforced or not.
    ForeignKeys(bool),
}

impl Stream {
    /// Begins a write transaction.
    pub async fn begin(primary: &Arc<Primary>, call: Call<'_>) -> Result<Self> {
        let state = call
            .repeat(Repeat::Unbegun, || async {
                let _turn = beginning::turn(primary.http.server(), call).await?;
                let mut state = State { baton: None, base: None, guard: Guard::None };
                match begin(primary, &mut state, call).await {
                    Ok(guard) => Ok(State { guard, ..state }),
                    Err(error) => {
                        close(primary, &mut state, call).await;
                        Err(error)
                    }
                }
            })
            .await?;
        Ok(Self { primary: Arc::clone(primary), state: Mutex::new(state) })
    }

    /// Runs a statement of any kind; the answer is encoded rows.
    pub async fn query(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        Ok(values::encode_rows(&self.exactly(call, sql, params).await?))
    }

    pub async fn execute(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        Ok(values::executed(&self.exactly(call, sql, params).await?))
    }

    /// Runs a statement of any kind, and one that only reads again if its answer cannot tell all values. Fails with ANSWER_NOT_EXACT if
    /// that of a statement that writes cannot.
    async fn exactly(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<StmtResult> {
        let mut state = self.state.lock().await;
        let result = match signed(&self.primary, &mut state, sql, call).await? {
            Some((signed, count)) => {
                let result = run(&self.primary, &mut state, values::stmt(&signed, params, true), call).await;
                result.map(|result| returning::restored(result, count))
            }
            None => run(&self.primary, &mut state, values::stmt(sql, params, true), call).await,
        };
        let first = match result {
            Ok(result) if !exact::lacks_a_value(&result) => return Ok(result),
            Err(error) if !exact::is_not_text(&error) => return Err(lost(error)),
            outcome => outcome,
        };
        let described = describe(&self.primary, &mut state, sql, call).await;
        let cols = match described {
            Ok(described) if described.is_readonly && !described.cols.is_empty() => described.cols,
            Err(error) if first.is_ok() => return Err(lost(error)),
            _ => return Err(first.map_or_else(lost, |_| returning::not_exact(self.primary.location()))),
        };
        let spelled = values::stmt(&exact::spelled_out(sql, cols.len()), params, true);
        let result = run(&self.primary, &mut state, spelled, call).await.map_err(lost)?;
        Ok(exact::restored(result, cols))
    }

    pub async fn commit(&self, call: Call<'_>) -> Result<()> {
        let outcome = self.run(call, plain("COMMIT")).await;
        self.close(call).await;
        outcome.map(drop)
    }

    /// Rolls back, which a server that has ended the transaction did by itself.
    pub async fn rollback(&self, call: Call<'_>) -> Result<()> {
        self.close(call).await;
        Ok(())
    }

    async fn run(&self, call: Call<'_>, stmt: Stmt) -> Result<StmtResult> {
        run(&self.primary, &mut *self.state.lock().await, stmt, call).await
    }

    async fn close(&self, call: Call<'_>) {
        close(&self.primary, &mut *self.state.lock().await, call).await;
    }
}

async fn begin(primary: &Primary, state: &mut State, call: Call<'_>) -> Result<Guard> {
    run(primary, state, plain("BEGIN IMMEDIATE"), call).await?;
    if primary.encoding().is_some_and(Encoding::knows_autocommit) {
        return Ok(Guard::Condition);
    }
    let enforced = values::stmt("SELECT foreign_keys FROM pragma_foreign_keys", &[], true);
    let result = run(primary, state, enforced, call).await?;
    let value = result.rows.first().and_then(|row| row.values.first()).and_then(|value| value.kind.as_ref());
    Ok(Guard::ForeignKeys(value == Some(&WireKind::Integer(1))))
}

/// Runs a statement, if the transaction is still open.
async fn run(primary: &Primary, state: &mut State, stmt: Stmt, call: Call<'_>) -> Result<StmtResult> {
    if state.baton.is_none() && !matches!(state.guard, Guard::None) {
        return Err(errors::transaction_over());
    }
    let steps = guarded(state.guard, stmt);
    let last = steps.len() as u32 - 1;
    let batch = RequestKind::Batch(BatchRequest { batch: Batch { steps } });
    let ResponseKind::Batch(batch) = ask(primary, state, batch, call).await? else {
        return Err(primary.not_an_answer());
    };
    let mut result = batch.result;
    if let Some(error) = result.step_errors.get(&last) {
        return Err(errors::answered(error, primary.location()));
    }
    // Neither a result nor an error: the step was left out.
    result.step_results.remove(&last).ok_or_else(errors::transaction_over)
}

fn guarded(guard: Guard, stmt: Stmt) -> Vec<Step> {
    match guard {
        Guard::None => vec![Step { condition: None, stmt }],
        Guard::Condition => vec![Step { condition: Some(not(ConditionKind::IsAutocommit(Empty {}))), stmt }],
        Guard::ForeignKeys(is_enforced) => {
            let now = u8::from(is_enforced);
            let change = plain(&format!("PRAGMA foreign_keys = {}", 1 - now));
            // As guards of pushes: `json` fails on what is none.
            let same = format!("SELECT json(iif((SELECT foreign_keys FROM pragma_foreign_keys) = {now}, '1', 'x'))");
            let after = |step| Some(condition(ConditionKind::Ok(step)));
            vec![
                Step { condition: None, stmt: change },
                Step { condition: after(0), stmt: plain(&same) },
                Step { condition: after(1), stmt },
            ]
        }
    }
}

/// The signed form of a statement and the number of its own columns, if its answer is to come with signs.
async fn signed(primary: &Primary, state: &mut State, sql: &str, call: Call<'_>) -> Result<Option<(String, usize)>> {
    let Some(returning) = primary.unsigned(sql) else {
        return Ok(None);
    };
    if !returning.needs_names() {
        return Ok(returning.signed(&[]));
    }
    // What cannot be described fails as it runs, and says why.
    match describe(primary, state, sql, call).await {
        Ok(described) => Ok(returning.signed(&values::names(&described.cols))),
        Err(error) if error.status == Status::SqlFailed => Ok(None),
        Err(error) => Err(lost(error)),
    }
}

async fn describe(primary: &Primary, state: &mut State, sql: &str, call: Call<'_>) -> Result<DescribeResult> {
    if state.baton.is_none() {
        return Err(errors::transaction_over());
    }
    match ask(primary, state, describing(sql), call).await? {
        ResponseKind::Describe(answer) => Ok(answer.result),
        _ => Err(primary.not_an_answer()),
    }
}

/// Sends a request on the stream.
async fn ask(primary: &Primary, state: &mut State, kind: RequestKind, call: Call<'_>) -> Result<ResponseKind> {
    // Taken, so that the stream is over where the answer does not come.
    let baton = state.baton.take();
    let request = requests(baton.clone(), vec![kind]);
    let answer = match primary.pipeline(state.base.as_deref(), &request, call).await {
        Ok(answer) => answer,
        // A server that does not know the stream, such as one that was restarted, may answer with any status.
        Err(error) if baton.is_some() && error.status == Status::RemoteNotLibsql && !error.is_undecided => {
            return Err(errors::transaction_over());
        }
        Err(error) => {
            if is_untouched(&error) {
                state.baton = baton;
            }
            return Err(error);
        }
    };
    state.baton = answer.baton;
    if answer.base_url.is_some() {
        state.base = answer.base_url;
    }
    primary.first_of(answer.results)
}

/// Whether the server has not begun with the request of this error, so that the stream is as before: nothing has arrived, or it was
/// refused as a whole.
fn is_untouched(error: &Error) -> bool {
    !error.is_undecided
        && matches!(
            error.status,
            Status::RemoteUnreachable
                | Status::RemoteBusy
                | Status::RemoteUnauthorized
                | Status::RemoteReadOnly
                | Status::RemoteBlocked
                | Status::RemoteRefusesSize
                | Status::RemoteRedirected
                | Status::RemoteTls
                | Status::ProxyFailed
        )
}

/// Ends the stream; the server rolls back what is open on it. Where it cannot be told, it does so within seconds.
async fn close(primary: &Primary, state: &mut State, call: Call<'_>) {
    if let Some(baton) = state.baton.take() {
        let request = requests(Some(baton), vec![RequestKind::Close(Empty {})]);
        let _ = primary.pipeline(state.base.as_deref(), &request, call).await;
    }
}

/// What a lost answer means to a transaction that is not being committed.
fn lost(error: Error) -> Error {
    if exact::is_not_text(&error) {
        return errors::unsendable(error, "Nothing of the transaction was written.");
    }
    if !error.is_undecided {
        return error;
    }
    let then = if error.retryable { "Run all of it again." } else { &error.hint };
    Error { hint: format!("Nothing of the transaction was written. {then}"), ..error }
}
