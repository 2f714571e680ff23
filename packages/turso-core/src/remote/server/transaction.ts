import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import { chain, chainToCommit, chainToRollback } from '../../hrana/conditions';
import type { HttpClient } from '../../hrana/http-client';
import { responseError } from '../../hrana/http-errors';
import { runBatches, type BatchAnswer, type ServerError, type Step, type Stream } from '../../hrana/pipeline';

/** How a transaction ended, and the number of the server's latest write before it and after it. */
export interface TransactionAnswer {
  readonly outcome: TransactionOutcome;
  readonly indexBefore: string | null;
  readonly indexAfter: string | null;
}

/**
 * Runs the statements in one request: a batch that begins the transaction, whose answer tells the number of the latest
 * write while nobody else can write, and a batch of the statements that ends in COMMIT.
 *
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
  readonly stream?: Stream;
  /** Told of each statement that has been sent, by its number. */
  readonly onSent?: ((statement: number) => void) | undefined;
}

interface Ending extends RunOptions {
  /** How the batch of the statements ends: in one step that has to succeed, and what follows it. */
  readonly ending: typeof chainToCommit<Statement>;
}

async function run(
  client: HttpClient,
  statements: readonly Statement[],
  { ending, stream, onSent }: Ending,
): Promise<TransactionAnswer> {
  const meant = [...IN_TRANSACTION, ...statements];
  const tell = (batch: number, step: number): void => {
    const statement = step - IN_TRANSACTION.length;
    if (batch === 1 && statement >= 0 && statement < statements.length) onSent?.(statement);
  };
  const [begin, work] = await runBatches(client, [chain(PRELUDE), ending(meant)], { stream, onSent: tell });

  const answer = (outcome: TransactionOutcome): TransactionAnswer => ({
    outcome,
    indexBefore: indexOf(begin),
    indexAfter: indexOf(work),
  });
  const notBegun = firstError(begin)?.error;
  if (notBegun !== undefined) throw responseError(notBegun.code, notBegun.message, client.location);
  if (work !== undefined && 'refused' in work) {
    const { code, message } = work.refused;
    const failed = code === NOT_UNDERSTOOD ? await findRefused(client, statements) : -1;
    if (failed < 0) throw responseError(code, message, client.location);
    return answer({ committed: false, failed, code, message });
  }
  const failure = firstError(work);
  const commit = meant.length;
  if (failure === undefined || failure.at > commit) return answer({ committed: true });
  const { at, error } = failure;
  // Another writer had waited for too long, and was let in before the first statement.
  if (at < IN_TRANSACTION.length) throw responseError(TRANSACTION_TIMEOUT, LET_IN, client.location);
  const isLate = error.code === TRANSACTION_TIMEOUT;
  if (at === commit && !isLate) throw responseError(error.code, error.message, client.location);
  return answer({ committed: false, failed: at - IN_TRANSACTION.length, ...error });
}

/**
 * How a write transaction is begun. A pragma inside it would be ignored, and without `foreign_keys` off, deletes would
 * cascade.
 */
export const PRELUDE: readonly Statement[] = [
  { sql: 'PRAGMA foreign_keys=OFF' },
  { sql: 'BEGIN IMMEDIATE' },
  { sql: `SELECT json(iif((SELECT foreign_keys FROM pragma_foreign_keys) = 0, '1', 'x'))` },
];

/** Fails unless a transaction is under way: only there is the pragma ignored. */
export const IN_TRANSACTION: readonly Statement[] = [
  { sql: 'PRAGMA foreign_keys=ON' },
  { sql: `SELECT json(iif((SELECT foreign_keys FROM pragma_foreign_keys) = 0, '1', 'x'))` },
];

/** The word of libsql-server for a transaction that it has ended for another writer; the next step tells, which may be COMMIT. */
export const TRANSACTION_TIMEOUT = 'TRANSACTION_TIMEOUT';

const LET_IN = 'another writer was let in';

function indexOf(batch: BatchAnswer | undefined): string | null {
  return batch === undefined || 'refused' in batch ? null : batch.replicationIndex;
}

function firstError(batch: BatchAnswer | undefined): { at: number; error: ServerError } | undefined {
  if (batch === undefined) return undefined;
  if ('refused' in batch) return { at: 0, error: batch.refused };
  const at = batch.errors.findIndex((error) => error !== null);
  const error = batch.errors[at] ?? null;
  return error === null ? undefined : { at, error };
}

/** The word of libsql-server for SQL that it cannot read, or does not allow. It then carries out no step at all. */
const NOT_UNDERSTOOD = 'SQL_PARSE_ERROR';

// Which of them it was is not in the answer, so each is asked about, in a batch that never comes to carrying it out.
async function findRefused(client: HttpClient, statements: readonly Statement[]): Promise<number> {
  const batches = await runBatches(
    client,
    statements.map(({ sql }): Step[] => [
      { sql: 'SELECT 1' },
      { sql, condition: { type: 'not', cond: { type: 'ok', step: 0 } } },
    ]),
  );
  return batches.findIndex((batch) => 'refused' in batch && batch.refused.code === NOT_UNDERSTOOD);
}
