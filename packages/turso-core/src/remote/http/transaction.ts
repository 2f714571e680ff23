import type { Statement, TransactionOutcome } from '../../local/statement';
import type { HttpClient } from './http-client';
import { responseError } from './http-errors';
import { runBatches, type Step } from './pipeline';

/** How a transaction ended, and the number of the latest write that the server knew of then. */
export interface TransactionAnswer {
  readonly outcome: TransactionOutcome;
  readonly replicationIndex: string | null;
}

/**
 * Runs the statements as one Hrana batch: every step on the condition that the one before succeeded, COMMIT as well,
 * and a ROLLBACK where it did not come to a COMMIT. So nothing depends on this process or the network staying alive
 * once the request is there: the server carries out all of it or nothing.
 */
export async function runTransaction(
  client: HttpClient,
  statements: readonly Statement[],
): Promise<TransactionAnswer> {
  const commit = PRELUDE.length + statements.length;
  const steps: Step[] = [...PRELUDE, ...statements, { sql: 'COMMIT' }].map(
    ({ sql, args = [] }: Statement, i) =>
      i === 0 ? { sql, args } : { sql, args, condition: { type: 'ok', step: i - 1 } },
  );
  steps.push({ sql: 'ROLLBACK', condition: { type: 'not', cond: { type: 'ok', step: commit } } });

  const { batches, replicationIndex } = await runBatches(client, [steps]);
  const batch = batches[0];
  const answer = (outcome: TransactionOutcome): TransactionAnswer => ({ outcome, replicationIndex });
  if (batch === undefined || 'refused' in batch) {
    const { code, message } = batch?.refused ?? { code: 'UNKNOWN', message: '' };
    const failed = code === NOT_UNDERSTOOD ? await findRefused(client, statements) : -1;
    if (failed < 0) throw responseError(code, message, client.location);
    return answer({ committed: false, failed, code, message });
  }
  const at = batch.errors.slice(0, commit + 1).findIndex((error) => error !== null);
  if (at < 0) return answer({ committed: true });
  const { code, message } = batch.errors[at] as { code: string; message: string };
  if (at < PRELUDE.length || at === commit) throw responseError(code, message, client.location);
  return answer({ committed: false, failed: at - PRELUDE.length, code, message });
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

/** The word of libsql-server for SQL that it cannot read, or does not allow. It then carries out no step at all. */
const NOT_UNDERSTOOD = 'SQL_PARSE_ERROR';

// Which of them it was is not in the answer, so each is asked about, in a batch that never comes to carrying it out.
async function findRefused(client: HttpClient, statements: readonly Statement[]): Promise<number> {
  const { batches } = await runBatches(
    client,
    statements.map(({ sql }): Step[] => [
      { sql: 'SELECT 1' },
      { sql, condition: { type: 'not', cond: { type: 'ok', step: 0 } } },
    ]),
  );
  return batches.findIndex((batch) => 'refused' in batch && batch.refused.code === NOT_UNDERSTOOD);
}
