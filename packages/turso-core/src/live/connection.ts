import { hasCode, TursoSyncError } from '../errors';
import type { SqlValue } from '../sqlite/values/values';
import { catchUp } from './catch-up';
import {
  checkedStatement,
  checkedStatements,
  refuseEndOfTransaction,
  refuseTransactionControl,
  usage,
} from './check-arguments';
import type { DatabaseTransaction, LiveDatabase, OrderedStatement, Written } from './database';
import { deadlineIn, type Deadline } from './deadline';
import { explainSync, readsGoOn } from './explain-sync';
import { insertStatements } from './insert-statements';
import { createLatency, type Latency } from './latency';
import type { AutoSync, BatchResult, Changes, Live, LiveLatencies, LiveStatement, SyncResult } from './live';
import type { LiveEvent } from './live-event';
import { liveTransaction, type WrappedTransaction } from './live-transaction';
import type { Replica } from './replica/replica';
import { withRetries, type RetryOptions } from './retry';
import { rowMode } from './rows';
import { statementCalls } from './statement-calls';
import { createSyncTurns } from './sync-turns';
import { withoutValues } from './without-values';

/** Counters for {@link Live.stats}. */
export interface Counters {
  reads: number;
  writes: number;
  rowsWritten: number;
  syncs: number;
  retries: number;
  rebuilds: number;
  frameNo: number;
  /** Time by `performance.now()`; null before the first sync. */
  syncedAt: number | null;
  readonly latencies: Readonly<Record<keyof LiveLatencies, Latency>>;
}

/** Returns counters for a new connection. */
export function newCounters(): Counters {
  return {
    reads: 0,
    writes: 0,
    rowsWritten: 0,
    syncs: 0,
    retries: 0,
    rebuilds: 0,
    frameNo: 0,
    syncedAt: null,
    latencies: { reads: createLatency(), writes: createLatency(), syncs: createLatency() },
  };
}

/** Settings of a connection; see {@link LiveOptions}. */
export interface ConnectionSettings {
  readonly timeout: number;
  readonly maxRetries: number;
  readonly autoSync: AutoSync;
  readonly counters: Counters;
  readonly slowStatementMs: number;
  readonly onRetry: RetryOptions['onRetry'];
  readonly tell: (event: LiveEvent) => void;
  readonly setToken: (token: string) => void;
  /** Whether the first sync is still to be done. Default is false. */
  readonly isBehind?: boolean;
}

/** Creates a connection on an open database and, if given, its replica. */
export function createConnection(
  database: LiveDatabase,
  replica: Replica | null,
  settings: ConnectionSettings,
): Live {
  const { timeout, maxRetries, autoSync, counters, slowStatementMs, onRetry, tell, setToken } = settings;
  const underWay = new Set<Promise<unknown>>();
  const transactions = new Set<DatabaseTransaction>();
  let closed: Promise<void> | undefined;

  /** Runs a call. A closed connection refuses it; {@link close} waits for it. */
  function call<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    if (closed !== undefined) return Promise.reject(connectionClosed());
    const promise = work(deadlineIn(timeout));
    underWay.add(promise);
    const done = (): unknown => underWay.delete(promise);
    promise.then(done, done);
    return promise;
  }

  const repeat = <T>(work: () => Promise<T>, deadline: Deadline): Promise<T> =>
    withRetries(work, { deadline, maxRetries, onRetry });

  /** Runs a call with statements. Notes how long it took, and tells of slow ones. */
  async function timed<T>(
    kind: 'reads' | 'writes' | null,
    sqls: () => readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    const begun = performance.now();
    try {
      const result = await work();
      if (kind !== null) counters.latencies[kind].add(performance.now() - begun);
      return result;
    } finally {
      const durationMs = performance.now() - begun;
      if (durationMs >= slowStatementMs)
        tell({ type: 'slow', sql: withoutValues(sqls().join('; ')), durationMs });
    }
  }

  const turns = createSyncTurns(async (deadline) => {
    try {
      return (await replica?.sync(deadline)) ?? NO_REPLICA;
    } catch (error) {
      // Nobody waits any more.
      if (closed !== undefined && underWay.size === 0) throw error;
      const explained = await explainSync(error, database, deadline);
      throw replica?.isReadable === true ? readsGoOn(explained) : explained;
    }
  });

  async function write<T>(
    work: () => Promise<T>,
    changed: (result: T) => number,
    deadline: Deadline,
  ): Promise<T> {
    const result = await repeat(work, deadline).catch(async (error: unknown) => {
      // The statement was carried out.
      if (hasCode(error, 'ANSWER_NOT_EXACT')) await noteWrite(0, deadline);
      throw error;
    });
    await noteWrite(changed(result), deadline);
    return result;
  }

  async function noteWrite(changes: number, deadline: Deadline): Promise<void> {
    counters.writes++;
    counters.rowsWritten += changes;
    await afterWrite(deadline);
  }

  async function afterWrite(deadline: Deadline): Promise<void> {
    if (replica === null || autoSync === false) return;
    try {
      await turns.sync(deadline);
    } catch (error) {
      throw committedNotSynced(error);
    }
  }

  // Syncs in the background are no calls: closing does not wait for them.
  const timer =
    typeof autoSync === 'number' && replica !== null
      ? setInterval(inBackground, autoSync).unref()
      : undefined;
  function inBackground(): void {
    // A failed sync shows in stats(), and the next one follows soon.
    if (!turns.isUnderWay) turns.sync(deadlineIn(timeout)).catch(() => undefined);
  }

  // With an interval, the next sync comes anyway. Without auto-sync, nobody asked for it.
  const endCatchingUp =
    settings.isBehind === true && autoSync === true
      ? catchUp(async () => {
          if (counters.syncedAt === null) await turns.sync(deadlineIn(timeout));
        })
      : undefined;

  async function batch(
    statements: readonly OrderedStatement[],
    deadline: Deadline,
  ): Promise<BatchResult<SqlValue[]>> {
    if (statements.length === 0) return { changes: 0, lastInsertRowid: null, results: [] };
    const results = await timed(
      'writes',
      () => statements.map(({ sql }) => sql),
      () => write(() => database.batch(statements, deadline), countAll, deadline),
    );
    return { changes: countAll(results), lastInsertRowid: lastRowid(results), results };
  }

  async function begin(): Promise<WrappedTransaction> {
    const begun = await call(async (deadline) => {
      const transaction = await repeat(() => database.begin(deadline), deadline);
      transactions.add(transaction);
      return transaction;
    });
    return liveTransaction(begun, {
      call,
      timed,
      onCommit: noteWrite,
      onEnd: () => transactions.delete(begun),
    });
  }

  const calls = statementCalls({
    query: (sql, args) =>
      call(async (deadline) => {
        const statement = checkedStatement(sql, args);
        refuseTransactionControl(sql);
        counters.reads++;
        return timed(
          'reads',
          () => [sql],
          async () => {
            const local = replica === null ? null : await replica.query(statement);
            return local ?? repeat(() => database.query(statement, deadline), deadline);
          },
        );
      }),
    execute: (sql, args) =>
      call(async (deadline) => {
        const statement = checkedStatement(sql, args);
        refuseTransactionControl(sql);
        const changed = ({ changes }: Written): number => changes;
        return timed(
          'writes',
          () => [sql],
          () => write(() => database.execute(statement, deadline), changed, deadline),
        );
      }),
  });

  async function batchCall(
    given: readonly (string | LiveStatement)[],
    options?: unknown,
  ): Promise<BatchResult> {
    const inMode = rowMode('batch()', options);
    const { results, ...changes } = await call(async (deadline) => {
      const statements = checkedStatements(given);
      for (const { sql } of statements) refuseEndOfTransaction(sql);
      return batch(statements, deadline);
    });
    return { ...changes, results: results.map((result) => inMode(result)) } as BatchResult;
  }

  return {
    ...calls,
    batch: batchCall as Live['batch'],
    insertRows: (table, columns, rows) =>
      call(async (deadline): Promise<Changes> => {
        const { changes, lastInsertRowid } = await batch(insertStatements(table, columns, rows), deadline);
        return { changes, lastInsertRowid };
      }),
    async begin() {
      const { scope, ...ending } = await begin();
      return { ...scope, ...ending };
    },
    async transaction(work) {
      if (typeof work !== 'function')
        throw usage('transaction() needs a function.', 'It gets the transaction: (tx) => tx.execute(..).');
      const transaction = await begin();
      try {
        const result = await work(transaction.scope);
        await transaction.commit();
        return result;
      } catch (error) {
        // Reports the first failure.
        await transaction.rollback().catch(() => undefined);
        throw error;
      }
    },
    sync: () => call((deadline) => turns.sync(deadline)),
    stats: () => ({
      reads: counters.reads,
      writes: counters.writes,
      rowsWritten: counters.rowsWritten,
      syncs: counters.syncs,
      retries: counters.retries + database.repeated,
      reconnects: replica?.restarts ?? 0,
      rebuilds: counters.rebuilds,
      frameNo: counters.frameNo,
      replicaAgeMs: replica?.ageMs ?? null,
      lastSyncMsAgo: counters.syncedAt === null ? null : Math.round(performance.now() - counters.syncedAt),
      latencies: {
        reads: counters.latencies.reads.summary(),
        writes: counters.latencies.writes.summary(),
        syncs: counters.latencies.syncs.summary(),
      },
    }),
    setAuthToken(token: unknown) {
      if (closed !== undefined) throw connectionClosed();
      if (typeof token !== 'string')
        throw usage('setAuthToken() needs a string.', 'An empty string means that there is no token.');
      setToken(token);
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  function close(): Promise<void> {
    return (closed ??= (async () => {
      clearInterval(timer);
      endCatchingUp?.();
      await Promise.allSettled(underWay);
      const rolledBack = [...transactions].map((begun) => begun.rollback(deadlineIn(timeout)));
      await Promise.allSettled(rolledBack);
      await replica?.close();
      database.close();
    })());
  }
}

const NO_REPLICA: SyncResult = { frames: 0, frameNo: 0 };

function countAll(results: readonly Written[]): number {
  return results.reduce((sum, { changes }) => sum + changes, 0);
}

function lastRowid(results: readonly Written[]): bigint | null {
  return results.findLast(({ lastInsertRowid }) => lastInsertRowid !== null)?.lastInsertRowid ?? null;
}

function connectionClosed(): TursoSyncError {
  return new TursoSyncError('CONNECTION_CLOSED', 'The connection is closed.', {
    hint: 'Open another with openLive().',
  });
}

function committedNotSynced(cause: unknown): TursoSyncError {
  const reason = cause instanceof Error ? ` ${cause.message}` : '';
  return new TursoSyncError(
    'COMMITTED_NOT_SYNCED',
    `The write is on the primary, and not yet in the replica.${reason}`,
    {
      hint: 'Do not write it again: call sync() before you read it.',
      cause,
    },
  );
}
