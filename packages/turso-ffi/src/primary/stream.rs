//! A transaction of several requests, on a stream of its own.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::messages::{Batch, BatchRequest, ConditionKind, Empty, RequestKind, ResponseKind, Step, Stmt, StmtResult};
use super::{errors, not, plain, requests, values, Primary};
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};
use crate::status::Status;
use crate::value::{Changes, Value};

pub struct Stream {
    primary: Arc<Primary>,
    state: Mutex<State>,
}

/// Where the stream goes on. Each baton is good for one request.
struct State {
    /// None where the stream is over.
    baton: Option<String>,
    base: Option<String>,
}

impl Stream {
    /// Begins a write transaction.
    pub async fn begin(primary: &Arc<Primary>, call: Call<'_>) -> Result<Self> {
        let state = call
            .repeat(Repeat::Unbegun, || async {
                let mut state = State { baton: None, base: None };
                let step = Step { condition: None, stmt: plain("BEGIN IMMEDIATE") };
                match run(primary, &mut state, step, call).await {
                    Ok(_) => Ok(state),
                    Err(error) => {
                        close(primary, &mut state, call).await;
                        Err(error)
                    }
                }
            })
            .await?;
        Ok(Self { primary: Arc::clone(primary), state: Mutex::new(state) })
    }

    pub async fn query(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        let result = self.run(call, values::stmt(sql, params, true)).await.map_err(lost)?;
        Ok(values::encode_rows(&result))
    }

    pub async fn execute(&self, call: Call<'_>, sql: &str, params: &[Value<'_>]) -> Result<Changes> {
        let result = self.run(call, values::stmt(sql, params, false)).await.map_err(lost)?;
        Ok(values::changes(&result))
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

    /// Once the server has ended a transaction, it would carry out what comes next by itself, so that every statement asks
    /// for the transaction.
    async fn run(&self, call: Call<'_>, stmt: Stmt) -> Result<StmtResult> {
        let mut state = self.state.lock().await;
        if state.baton.is_none() {
            return Err(errors::transaction_over());
        }
        let step = Step { condition: Some(not(ConditionKind::IsAutocommit(Empty {}))), stmt };
        run(&self.primary, &mut state, step, call).await
    }

    async fn close(&self, call: Call<'_>) {
        close(&self.primary, &mut *self.state.lock().await, call).await;
    }
}

async fn run(primary: &Primary, state: &mut State, step: Step, call: Call<'_>) -> Result<StmtResult> {
    // Taken, so that the stream is over where the answer does not come.
    let baton = state.baton.take();
    let body = requests(baton.clone(), vec![RequestKind::Batch(BatchRequest { batch: Batch { steps: vec![step] } })]);
    let answer = match primary.pipeline(state.base.as_deref(), body, call).await {
        Ok(answer) => answer,
        Err(error) => {
            if error.status == Status::RemoteUnreachable {
                state.baton = baton;
            }
            return Err(error);
        }
    };
    state.baton = answer.baton;
    if answer.base_url.is_some() {
        state.base = answer.base_url;
    }
    let ResponseKind::Batch(batch) = primary.first_of(answer.results)? else {
        return Err(primary.not_an_answer());
    };
    if let Some(error) = batch.result.step_errors.get(&0) {
        return Err(errors::answered(error, primary.location()));
    }
    // Neither a result nor an error: the step was left out.
    batch.result.step_results.into_values().next().ok_or_else(errors::transaction_over)
}

/// Ends the stream; the server rolls back what is open on it. Where it cannot be told, it does so within seconds.
async fn close(primary: &Primary, state: &mut State, call: Call<'_>) {
    if let Some(baton) = state.baton.take() {
        let body = requests(Some(baton), vec![RequestKind::Close(Empty {})]);
        let _ = primary.pipeline(state.base.as_deref(), body, call).await;
    }
}

/// What a lost answer means to a transaction that is not being committed.
fn lost(error: Error) -> Error {
    if !errors::is_undecided(&error) {
        return error;
    }
    Error { retryable: false, hint: "Nothing of the transaction was written. Begin it again.".into(), ..error }
}
