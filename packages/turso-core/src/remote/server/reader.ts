import { TursoSyncError } from '../../errors';
import { TRANSACTION_TIMEOUT, type Statement, type TransactionOutcome } from '../../sqlite/statement';
import type { Query } from '../../sqlite/query';
import type { ReadOptions } from '../../apply/target';
import type { Remote } from '../remote';
import { chain, chainToCommit, firstError, isDone, stepsIn } from '../../hrana/chain';
import { queryExactly, type Asking } from '../../hrana/exact-query';
import type { HranaRequest, HranaStep, ServerError, StatementResult, StepResult } from '../../hrana/hrana';
import type { HttpClient } from '../../hrana/http-client';
import { notLibsql, responseError } from '../../hrana/http-errors';
import { CLOSE, openStream, type HranaStream } from '../../hrana/stream';
import { IN_TRANSACTION, PRELUDE } from './transaction';
import { notBegun, whileLocked } from './while-locked';

/** Reads from a server, one transaction after the other. */
export interface Reader {
  read<T>(work: (query: Query) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Runs the statements from a look at the data in one write transaction; see {@link Remote.transactAfter}. */
  transactAfter: NonNullable<Remote['transactAfter']>;
  /** Waits until the server has closed the streams. */
  close(): Promise<void>;
}

/** Milliseconds for a server to close a stream. It closes an idle stream by itself. */
const CLOSE_LIMIT = 1000;

/** Creates a reader. */
export function createReader(client: HttpClient): Reader {
  const closing = new Set<Promise<unknown>>();

  async function withTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const stream = openStream(client);
    try {
      return await work(createTransaction(stream, client.location));
    } finally {
      if (stream.isOpen) {
        const closed = stream.send([CLOSE], { timeout: CLOSE_LIMIT }).catch(() => undefined);
        closing.add(closed);
        void closed.finally(() => closing.delete(closed));
      }
    }
  }

  return {
    transactAfter: (look) =>
      withTransaction(async (transaction) => {
        await transaction.begin(chain(PRELUDE));
        const statements = await look(transaction.query);
        if (statements !== null) return transaction.commit(statements);
        await transaction.rollBack();
        return null;
      }),
    read: (work, { after = [] } = {}) =>
      withTransaction(async (transaction) => {
        // Each step runs only if the one before succeeded: outside the transaction, its changes would stay.
        await transaction.begin(after.length > 0 ? chain([...PRELUDE, ...after]) : [{ sql: 'BEGIN' }]);
        const result = await work(transaction.query);
        if (after.length > 0) await transaction.rollBack();
        return result;
      }),
    async close() {
      await Promise.all(closing);
    },
  };
}

/** A transaction on its own stream. */
interface Transaction {
  readonly query: Query;
  /** Runs the first steps, and throws the first error. Waits for a locked database. */
  begin(steps: readonly HranaStep[]): Promise<void>;
  /** Ends it with statements and a COMMIT, all in one request. */
  commit(statements: readonly Statement[]): Promise<TransactionOutcome>;
  /** Rolls it back. Throws REMOTE_BUSY if it had already ended: then the reads were outside the transaction. */
  rollBack(): Promise<void>;
}

function createTransaction(stream: HranaStream, location: string): Transaction {
  let last: Promise<unknown> = Promise.resolve();
  const steps = async (
    sent: readonly HranaStep[],
    after: readonly HranaRequest[] = [],
  ): Promise<readonly StepResult[]> => {
    const [result] = await inTurn(() => stream.send([{ type: 'batch', steps: sent }, ...after]));
    if (result?.type === 'error') throw failure(result.error, location);
    return stepsIn(result, location);
  };
  /** Sends one request after the other: each needs the baton of the one before. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  }
  const one = async (step: HranaStep): Promise<StatementResult> => {
    const [result] = await steps([step]);
    if (result === null || result === undefined) throw notLibsql(location, 'its answer to a query is none');
    if ('error' in result) throw failure(result.error, location);
    return result;
  };
  const asking: Asking = {
    run: one,
    async columnsOf(sql) {
      const [result] = await inTurn(() => stream.send([{ type: 'describe', sql }]));
      return result?.type === 'describe' ? result.columns : [];
    },
  };
  return {
    query: async (sql, args = []) => (await queryExactly(asking, { sql, args })).rows,
    begin: (first) =>
      whileLocked(async () => {
        const failed = firstError(await steps(first));
        if (failed === undefined) return;
        const hasBegun = failed.at >= PRELUDE.length;
        throw hasBegun ? failure(failed.error, location) : notBegun(failed.error, location);
      }),
    async commit(statements) {
      const meant = [...IN_TRANSACTION, ...statements];
      const results = await steps(chainToCommit(meant), [CLOSE]);
      if (isDone(results[meant.length])) return { committed: true };
      const failed = firstError(results);
      if (failed === undefined) throw notLibsql(location, 'its answer to a batch is none');
      const { at, error } = failed;
      if (at < IN_TRANSACTION.length) throw tookOver(location, failure(error, location));
      const isLate = error.code === TRANSACTION_TIMEOUT;
      if (at >= meant.length && !isLate) throw failure(error, location);
      return { committed: false, failed: at - IN_TRANSACTION.length, ...error };
    },
    async rollBack() {
      const { error } = firstError(await steps([{ sql: 'ROLLBACK' }], [CLOSE])) ?? {};
      // A server may give the lock to another writer after a while.
      if (error !== undefined) throw tookOver(location, failure(error, location));
    },
  };
}

function failure({ code, message }: ServerError, location: string): TursoSyncError {
  return responseError(code, message, location);
}

function tookOver(location: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('REMOTE_BUSY', `Another writer took over on ${location} while it was read.`, {
    hint: 'Nothing was changed. Run the command again.',
    retryable: true,
    cause,
  });
}
