import { BatchCond, ResponseError, type Batch, type BatchStep, type HttpStream } from '@libsql/hrana-client';
import type { Statement, TransactionOutcome } from '../../local/statement';
import { toHrana } from './http-remote';

/**
 * Runs the statements as one Hrana batch: every step on the condition that the one before succeeded, COMMIT as well,
 * and a ROLLBACK where it did not come to a COMMIT. So nothing depends on this process or the network staying alive
 * once the request is there: the server carries out all of it or nothing.
 */
export async function runTransaction(
  stream: HttpStream,
  statements: readonly Statement[],
): Promise<TransactionOutcome> {
  const batch = stream.batch();
  const failures: Promise<{ at: number; error: unknown } | undefined>[] = [];
  let previous: BatchStep | undefined;
  const chain = ({ sql, args = [] }: Statement, at: number): BatchStep => {
    const step = batch.step();
    if (previous !== undefined) step.condition(BatchCond.ok(previous));
    const done = step.run([sql, args.map(toHrana)]);
    failures.push(
      done.then(
        () => undefined,
        (error: unknown) => ({ at, error }),
      ),
    );
    return (previous = step);
  };

  // A pragma inside a transaction would be ignored, and without `foreign_keys` off, deletes would cascade.
  chain({ sql: 'PRAGMA foreign_keys=OFF' }, -1);
  chain({ sql: 'BEGIN IMMEDIATE' }, -1);
  chain({ sql: `SELECT json(iif((SELECT foreign_keys FROM pragma_foreign_keys) = 0, '1', 'x'))` }, -1);
  statements.forEach(chain);
  const commit = chain({ sql: 'COMMIT' }, -1);
  const rollback = batch.step().condition(BatchCond.not(BatchCond.ok(commit)));
  const rolledBack = rollback.run('ROLLBACK').catch(() => undefined);

  const executed = executeUnlessRefused(batch);
  // The request to close the stream goes with the batch.
  stream.closeGracefully();
  const refusal = await executed;
  if (refusal !== null) return refused(refusal, await findRefused(stream, statements));
  const failure = (await Promise.all(failures)).find((f) => f !== undefined);
  await rolledBack;
  if (failure === undefined) return { committed: true };
  const { at, error } = failure;
  if (at < 0 || !(error instanceof ResponseError)) throw error;
  return { committed: false, failed: at, code: error.code ?? 'UNKNOWN', message: error.message };
}

/** The word of libsql-server for SQL that it cannot read, or does not allow. It then carries out no step at all. */
const NOT_UNDERSTOOD = 'SQL_PARSE_ERROR';

async function executeUnlessRefused(batch: Batch): Promise<ResponseError | null> {
  try {
    await batch.execute();
    return null;
  } catch (error) {
    if (error instanceof ResponseError && error.code === NOT_UNDERSTOOD) return error;
    throw error;
  }
}

// Which of them it was is not in the answer, so each is asked about, in a batch that never comes to carrying it out.
async function findRefused(closed: HttpStream, statements: readonly Statement[]): Promise<number> {
  const stream = closed.client().openStream();
  const refusals = statements.map(async ({ sql }) => {
    const batch = stream.batch();
    const always = batch.step();
    void always.run('SELECT 1').catch(() => undefined);
    const never = batch.step().condition(BatchCond.not(BatchCond.ok(always)));
    void never.run(sql).catch(() => undefined);
    return (await executeUnlessRefused(batch)) !== null;
  });
  const found = await Promise.all(refusals);
  stream.close();
  return found.indexOf(true);
}

function refused(refusal: ResponseError, failed: number): TransactionOutcome {
  if (failed < 0) throw refusal;
  return { committed: false, failed, code: NOT_UNDERSTOOD, message: refusal.message };
}
