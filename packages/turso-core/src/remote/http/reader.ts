import type * as Hrana from '@libsql/hrana-client';
import { TursoSyncError } from '../../errors';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import { RawText, type SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import type { ReadOptions } from '../../apply/target';
import type { Remote } from '../remote';
import { createFetch } from './fetch';
import type { HttpClient } from './http-client';
import { notLibsql, responseError } from './http-errors';
import { PRELUDE, TRANSACTION_TIMEOUT } from './transaction';

/** Hrana protocol version: 3 speaks protobuf, several times faster than JSON for what is read. */
const PROTOCOL = 3;

/** Reads from a server, one transaction after the other. */
export interface Reader {
  read<T>(work: (query: Query) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Runs, in one write transaction, what a look comes to; see {@link Remote.transactAfter}. */
  transactAfter: NonNullable<Remote['transactAfter']>;
  close(): void;
}

// Loaded when it is needed: it takes as long as a small push, and one that meets no one else's changes reads nothing.
function loadHrana(): typeof Hrana {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('@libsql/hrana-client') as typeof Hrana;
}

/** Makes a reader on the hrana client. */
export function createReader(client: HttpClient): Reader {
  let hrana: Hrana.HttpClient | undefined;
  const fail = (error: unknown): never => {
    throw clientError(error, client.location);
  };
  const openStream = (): Hrana.HttpStream => {
    // The client closes itself when the server does not answer its first question.
    if (hrana?.closed !== false) {
      hrana = loadHrana().openHttp(client.url, client.authToken, createFetch(client), undefined, PROTOCOL);
    }
    const stream = hrana.openStream();
    stream.intMode = 'bigint';
    return stream;
  };
  return {
    async transactAfter(look) {
      const stream = openStream();
      try {
        await runUncommitted(stream, []).catch(fail);
        const statements = await look((sql, args) => runQuery(stream, sql, args).catch(fail));
        if (statements !== null) return await commit(stream, statements, client.location).catch(fail);
        await rollBack(stream, client.location);
        return null;
      } finally {
        stream.close();
      }
    },
    async read(work, { after = [] } = {}) {
      const stream = openStream();
      try {
        if (after.length > 0) await runUncommitted(stream, after).catch(fail);
        else await stream.run('BEGIN').catch(fail);
        const result = await work((sql, args) => runQuery(stream, sql, args).catch(fail));
        if (after.length > 0) await rollBack(stream, client.location);
        return result;
      } finally {
        stream.close();
      }
    },
    close: () => hrana?.close(),
  };
}

// Every step on the condition that the one before succeeded: outside of the transaction, it would be there to stay.
async function runUncommitted(stream: Hrana.HttpStream, statements: readonly Statement[]): Promise<void> {
  const { BatchCond } = loadHrana();
  const batch = stream.batch();
  const done: Promise<unknown>[] = [];
  let previous: Hrana.BatchStep | undefined;
  for (const { sql, args = [] } of [...PRELUDE, ...statements]) {
    const step = batch.step();
    if (previous !== undefined) step.condition(BatchCond.ok(previous));
    done.push(step.run([sql, args.map(toHrana)]));
    previous = step;
  }
  // The first that fails is the reason for the others.
  const failed = Promise.all(done);
  failed.catch(() => undefined);
  await batch.execute();
  await failed;
}

/** Ends an open transaction with statements and a COMMIT, all of it in one batch. */
async function commit(
  stream: Hrana.HttpStream,
  statements: readonly Statement[],
  location: string,
): Promise<TransactionOutcome> {
  const { BatchCond, ResponseError } = loadHrana();
  const batch = stream.batch();
  const isOpen = BatchCond.not(BatchCond.isAutocommit(batch));
  const done: Promise<unknown>[] = [];
  let condition = isOpen;
  for (const { sql, args = [] } of [...statements, { sql: 'COMMIT' } as Statement]) {
    const step = batch.step().condition(condition);
    done.push(step.run([sql, args.map(toHrana)]));
    condition = BatchCond.ok(step);
  }
  done.push(batch.step().condition(isOpen).run('ROLLBACK'));
  const settled = Promise.allSettled(done);
  await batch.execute();
  const results = await settled;
  const failed = results.findIndex(({ status }) => status === 'rejected');
  const result = results[failed];
  if (result?.status === 'rejected') {
    const reason = result.reason as Error;
    if (!(reason instanceof ResponseError)) throw reason;
    if (failed === statements.length && reason.code !== TRANSACTION_TIMEOUT) throw reason;
    return { committed: false, failed, code: reason.code ?? 'UNKNOWN', message: reason.message };
  }
  const [first] = results;
  if (first?.status === 'fulfilled' && first.value === undefined) throw tookOver(location);
  return { committed: true };
}

// A server may give the lock to another writer after a while; then what was read was read outside of the transaction.
async function rollBack(stream: Hrana.HttpStream, location: string): Promise<void> {
  try {
    await stream.run('ROLLBACK');
  } catch (error) {
    throw tookOver(location, error);
  }
}

function tookOver(location: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('REMOTE_BUSY', `Another writer took over on ${location} while it was read.`, {
    hint: 'Nothing was changed. Run the command again.',
    retryable: true,
    cause,
  });
}

async function runQuery(
  stream: Hrana.HttpStream,
  sql: string,
  args: readonly SqlValue[] = [],
): Promise<SqlValue[][]> {
  const { rows } = await stream.query([sql, args.map(toHrana)]);
  return rows.map((row) => Array.from({ length: row.length }, (_, i) => fromHrana(row[i] as Hrana.Value)));
}

// Numbers stay doubles and bigints integers.
function toHrana(value: SqlValue): Hrana.Value | Uint8Array {
  return value instanceof RawText ? value.bytes : value;
}

function fromHrana(value: Hrana.Value): SqlValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** What the hrana client threw, as a TursoSyncError. */
function clientError(error: unknown, location: string): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  // The client wraps what closed a stream.
  if (error instanceof Error && error.cause instanceof TursoSyncError) return error.cause;
  if (error instanceof loadHrana().ResponseError)
    return responseError(error.code ?? 'UNKNOWN', error.message, location);
  return notLibsql(location, error instanceof Error ? error.message : String(error), error);
}
