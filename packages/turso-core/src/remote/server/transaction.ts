import type { SqlValue } from '../../sqlite/values/values';
import {
  NOT_UNDERSTOOD,
  TRANSACTION_TIMEOUT,
  type Statement,
  type TransactionOutcome,
} from '../../sqlite/statement';
import { chain, chainToCommit, chainToRollback, firstError, isDone, stepsIn } from '../../hrana/chain';
import type { HranaRequest, HranaResult, HranaStep, ServerError } from '../../hrana/hrana';
import { firstValue } from '../../hrana/first-value';
import type { HttpClient } from '../../hrana/http-client';
import { notLibsql, responseError } from '../../hrana/http-errors';
import { enforces, inTransaction } from '../../hrana/in-transaction';
import { CLOSE, openStream, sendOnce, type HranaStream } from '../../hrana/stream';
import { indexOf } from './fingerprint';
import { notBegun, whileLocked } from './while-locked';

/** The outcome of a transaction, and the number of the server's latest write before and after it. */
export interface TransactionAnswer {
  readonly outcome: TransactionOutcome;
  readonly indexBefore: string | null;
  readonly indexAfter: string | null;
  /** The value requested by {@link RunOptions.afterwards}. */
  readonly found: SqlValue | undefined;
}

/**
 * Runs the statements in one request. One batch begins the transaction; another has the statements, and ends in COMMIT.
 * Reads the number of the latest write while nobody else can write, and again afterwards. Waits for a locked database.
 */
export function runTransaction(
  client: HttpClient,
  statements: readonly Statement[],
  options: RunOptions = {},
): Promise<TransactionAnswer> {
  return run(client, statements, { ...options, ending: chainToCommit });
}

/** Runs the statements, but rolls everything back. Returns the outcome of a commit. */
export async function tryTransaction(
  client: HttpClient,
  statements: readonly Statement[],
): Promise<TransactionOutcome> {
  const { outcome } = await run(client, statements, { ending: chainToRollback });
  return outcome;
}

/** Options of {@link runTransaction}. */
export interface RunOptions {
  /** The stream for the transaction; it ends with it, also if the database is locked. Default is a new stream. */
  readonly stream?: HranaStream;
  /** Receives the number of each statement when it is sent for the first time. */
  readonly onSent?: ((statement: number) => void) | undefined;
  /** Called before the part with the end of the transaction is sent. If it throws, that part is not sent. */
  readonly onCommit?: (() => void) | undefined;
  /** A query for one value, after the transaction. */
  readonly afterwards?: string;
}

interface Ending extends RunOptions {
  /** Ends the batch of statements: adds one step that must succeed, and its follow-up. */
  readonly ending: typeof chainToCommit<HranaStep>;
}

function run(
  client: HttpClient,
  statements: readonly Statement[],
  options: Ending,
): Promise<TransactionAnswer> {
  const { stream, onSent } = options;
  let next = 0;
  const telling = {
    ...options,
    onSent(statement: number) {
      if (statement < next) return;
      next = statement + 1;
      onSent?.(statement);
    },
  };
  return stream === undefined
    ? whileLocked(() => runOn(openStream(client), client, statements, telling))
    : runOn(stream, client, statements, telling);
}

async function runOn(
  stream: HranaStream,
  client: HttpClient,
  statements: readonly Statement[],
  { ending, onSent, onCommit, afterwards }: Ending,
): Promise<TransactionAnswer> {
  const meant = [...IN_TRANSACTION, ...statements];
  const asked = afterwards === undefined ? [] : [{ type: 'execute', sql: afterwards } as const];
  const requests = [
    batchOf(chain(PRELUDE)),
    ASK_VERSION,
    batchOf(ending(meant)),
    ASK_VERSION,
    ...asked,
    CLOSE,
  ];
  const [begin, before, work, after, found] = await stream.send(requests, {
    onLast: onCommit,
    onSent([request, step]) {
      const statement = step - IN_TRANSACTION.length;
      if (request === 2 && statement >= 0 && statement < statements.length) onSent?.(statement);
    },
  });

  const answer = (outcome: TransactionOutcome): TransactionAnswer => ({
    outcome,
    indexBefore: indexOf(before),
    // If somebody else has committed meanwhile, the number would cover that as well.
    indexAfter: isSameVersion(before, after) ? indexOf(after) : null,
    found: firstValue(found),
  });
  const atBegin = errorOf(begin) ?? firstError(stepsIn(begin, client.location))?.error;
  if (atBegin !== undefined) throw notBegun(atBegin, client.location);
  const refused = errorOf(work);
  if (refused !== undefined) {
    const { code, message } = refused;
    const failed = code === NOT_UNDERSTOOD ? await findRefused(client, statements) : -1;
    if (failed < 0) throw responseError(code, message, client.location);
    return answer({ committed: false, failed, code, message });
  }
  const steps = stepsIn(work, client.location);
  const failure = firstError(steps);
  const commit = meant.length;
  if (failure === undefined || failure.at > commit) {
    if (isDone(steps[commit])) return answer({ committed: true });
    throw notLibsql(client.location, 'its answer to a batch is none');
  }
  const { at, error } = failure;
  // Another writer had waited too long, and was admitted before the first statement.
  if (at < IN_TRANSACTION.length) throw responseError(TRANSACTION_TIMEOUT, LET_IN, client.location);
  const isLate = error.code === TRANSACTION_TIMEOUT;
  if (at === commit && !isLate) throw responseError(error.code, error.message, client.location);
  return answer({ committed: false, failed: at - IN_TRANSACTION.length, ...error });
}

function isSameVersion(before: HranaResult | undefined, after: HranaResult | undefined): boolean {
  const version = firstValue(before);
  return version !== undefined && version === firstValue(after);
}

/** Creates a batch without result rows. */
function batchOf(steps: readonly HranaStep[]): HranaRequest {
  return { type: 'batch', steps: steps.map((step) => ({ ...step, wantRows: false })) };
}

/**
 * The beginning of a write transaction. The pragma has no effect inside a transaction. Without `foreign_keys` off,
 * deletes would cascade.
 */
export const PRELUDE: readonly HranaStep[] = [
  { sql: 'PRAGMA foreign_keys=OFF' },
  { sql: 'BEGIN IMMEDIATE' },
  enforces(0),
];

/**
 * Reads a number that changes when another connection commits. The answer also has the number of the latest write.
 *
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export const ASK_VERSION = {
  type: 'execute',
  sql: 'SELECT data_version FROM pragma_data_version',
} as const;

/** Fails outside a transaction with this beginning. */
export const IN_TRANSACTION: readonly HranaStep[] = inTransaction(false);

const LET_IN = 'another writer was let in';

function errorOf(result: HranaResult | undefined): ServerError | undefined {
  return result?.type === 'error' ? result.error : undefined;
}

// The answer does not name the refused statement. So this asks about each, in a batch that never executes it.
async function findRefused(client: HttpClient, statements: readonly Statement[]): Promise<number> {
  const results = await sendOnce(
    client,
    statements.map(({ sql }) =>
      batchOf([{ sql: 'SELECT 1' }, { sql, condition: { type: 'not', cond: { type: 'ok', step: 0 } } }]),
    ),
  );
  return results.findIndex((result) => errorOf(result)?.code === NOT_UNDERSTOOD);
}
