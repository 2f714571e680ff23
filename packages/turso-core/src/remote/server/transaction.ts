import type { SqlValue } from '../../sqlite/values/values';
import {
  NOT_UNDERSTOOD,
  TRANSACTION_TIMEOUT,
  type Statement,
  type TransactionOutcome,
} from '../../sqlite/statement';
import { chain, chainToCommit, chainToRollback, firstError, isDone } from '../../hrana/chain';
import type { HranaRequest, HranaResult, HranaStep, ServerError } from '../../hrana/hrana';
import { firstValue } from '../../hrana/first-value';
import type { HttpClient } from '../../hrana/http-client';
import { notLibsql, responseError } from '../../hrana/http-errors';
import { enforces, inTransaction } from '../../hrana/in-transaction';
import { CLOSE, openStream, sendOnce, type HranaStream } from '../../hrana/stream';
import { indexOf } from './fingerprint';

/** How a transaction ended, and the number of the server's latest write before it and after it. */
export interface TransactionAnswer {
  readonly outcome: TransactionOutcome;
  readonly indexBefore: string | null;
  readonly indexAfter: string | null;
  /** The value that {@link RunOptions.afterwards} asks for. */
  readonly found: SqlValue | undefined;
}

/**
 * Runs the statements in one request: a batch that begins the transaction, and a batch of the statements that ends in COMMIT. The
 * number of the latest write is asked for while nobody else can write, and again afterwards.
 */
export function runTransaction(
  client: HttpClient,
  statements: readonly Statement[],
  options: RunOptions = {},
): Promise<TransactionAnswer> {
  return run(client, statements, { ...options, ending: chainToCommit });
}

/** The same, but all is taken back: the outcome is what it would have been. */
export async function tryTransaction(
  client: HttpClient,
  statements: readonly Statement[],
): Promise<TransactionOutcome> {
  const { outcome } = await run(client, statements, { ending: chainToRollback });
  return outcome;
}

/** What {@link runTransaction} may be told. */
export interface RunOptions {
  /** The stream to run it on, which ends with it. Default is one of its own. */
  readonly stream?: HranaStream;
  /** Told of each statement that has been sent, by its number. */
  readonly onSent?: ((statement: number) => void) | undefined;
  /** A query for one value, once the transaction is over. */
  readonly afterwards?: string;
}

interface Ending extends RunOptions {
  /** How the batch of the statements ends: in one step that has to succeed, and what follows it. */
  readonly ending: typeof chainToCommit<HranaStep>;
}

async function run(
  client: HttpClient,
  statements: readonly Statement[],
  { ending, stream = openStream(client), onSent, afterwards }: Ending,
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
    onSent([request, step]) {
      const statement = step - IN_TRANSACTION.length;
      if (request === 2 && statement >= 0 && statement < statements.length) onSent?.(statement);
    },
  });

  const answer = (outcome: TransactionOutcome): TransactionAnswer => ({
    outcome,
    indexBefore: indexOf(before),
    // If somebody else has committed meanwhile, it would cover that, too.
    indexAfter: isSameVersion(before, after) ? indexOf(after) : null,
    found: firstValue(found),
  });
  const notBegun = errorOf(begin) ?? firstError(batchIn(client, begin).steps)?.error;
  if (notBegun !== undefined) throw responseError(notBegun.code, notBegun.message, client.location);
  const refused = errorOf(work);
  if (refused !== undefined) {
    const { code, message } = refused;
    const failed = code === NOT_UNDERSTOOD ? await findRefused(client, statements) : -1;
    if (failed < 0) throw responseError(code, message, client.location);
    return answer({ committed: false, failed, code, message });
  }
  const { steps } = batchIn(client, work);
  const failure = firstError(steps);
  const commit = meant.length;
  if (failure === undefined || failure.at > commit) {
    if (isDone(steps[commit])) return answer({ committed: true });
    throw notLibsql(client.location, 'its answer to a batch is none');
  }
  const { at, error } = failure;
  // Another writer had waited for too long, and was let in before the first statement.
  if (at < IN_TRANSACTION.length) throw responseError(TRANSACTION_TIMEOUT, LET_IN, client.location);
  const isLate = error.code === TRANSACTION_TIMEOUT;
  if (at === commit && !isLate) throw responseError(error.code, error.message, client.location);
  return answer({ committed: false, failed: at - IN_TRANSACTION.length, ...error });
}

function isSameVersion(before: HranaResult | undefined, after: HranaResult | undefined): boolean {
  const version = firstValue(before);
  return version !== undefined && version === firstValue(after);
}

/** Nothing is read from their rows. */
function batchOf(steps: readonly HranaStep[]): HranaRequest {
  return { type: 'batch', steps: steps.map((step) => ({ ...step, wantRows: false })) };
}

/**
 * How a write transaction is begun. A pragma inside it would be ignored, and without `foreign_keys` off, deletes would
 * cascade.
 */
export const PRELUDE: readonly HranaStep[] = [
  { sql: 'PRAGMA foreign_keys=OFF' },
  { sql: 'BEGIN IMMEDIATE' },
  enforces(0),
];

/**
 * Asks for a number that changes when another connection commits; its answer tells the number of the latest write.
 *
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export const ASK_VERSION = {
  type: 'execute',
  sql: 'SELECT data_version FROM pragma_data_version',
} as const;

/** Fails unless a transaction is under way that was begun so. */
export const IN_TRANSACTION: readonly HranaStep[] = inTransaction(false);

const LET_IN = 'another writer was let in';

function errorOf(result: HranaResult | undefined): ServerError | undefined {
  return result?.type === 'error' ? result.error : undefined;
}

function batchIn(
  client: HttpClient,
  result: HranaResult | undefined,
): Extract<HranaResult, { type: 'batch' }> {
  if (result?.type === 'batch') return result;
  throw notLibsql(client.location, 'its answer to a batch is none');
}

// Which of them it was is not in the answer, so each is asked about, in a batch that never comes to carrying it out.
async function findRefused(client: HttpClient, statements: readonly Statement[]): Promise<number> {
  const results = await sendOnce(
    client,
    statements.map(({ sql }) =>
      batchOf([{ sql: 'SELECT 1' }, { sql, condition: { type: 'not', cond: { type: 'ok', step: 0 } } }]),
    ),
  );
  return results.findIndex((result) => errorOf(result)?.code === NOT_UNDERSTOOD);
}
