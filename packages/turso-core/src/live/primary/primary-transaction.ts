import { TursoSyncError } from '../../errors';
import type { HranaRequest, HranaStep, StatementResult } from '../../remote/http/hrana';
import type { HranaStream } from '../../remote/http/stream';
import type { DatabaseTransaction } from '../database';
import type { Deadline } from '../deadline';
import type { RefuseWrites } from '../read-only';
import { describeWrite, endedByServer, serverError, stepResult } from './primary-errors';

/**
 * Begins a write transaction on a stream of its own. A server may give the lock to another writer, or end a stream that is idle;
 * what comes later on that stream would be there at once. So every statement is carried out only while the transaction is open.
 */
export async function beginTransaction(
  stream: HranaStream,
  location: string,
  refuseWrites: RefuseWrites,
  deadline: Deadline,
): Promise<DatabaseTransaction> {
  async function run(
    step: HranaStep,
    within: Deadline,
    after: readonly HranaRequest[] = [],
  ): Promise<StatementResult> {
    if (!stream.isOpen) throw endedByServer(location);
    const [result] = await stream.send([{ type: 'batch', steps: [step] }, ...after], within.left);
    if (result?.type === 'error') throw serverError(result.error, location);
    return stepResult(result?.type === 'batch' ? result.steps[0] : null, location);
  }

  async function runOpen(
    step: HranaStep,
    within: Deadline,
    after: readonly HranaRequest[] = [],
  ): Promise<StatementResult> {
    try {
      return await run({ ...step, condition: IS_OPEN }, within, after);
    } catch (error) {
      throw isEnd(error) ? endedByServer(location, error) : error;
    }
  }

  await run({ sql: 'BEGIN IMMEDIATE' }, deadline);
  return {
    async query(statement, within) {
      await refuseWrites(statement.sql, within);
      return runOpen(statement, within);
    },
    execute: (statement, within) => runOpen(statement, within),
    // Closing the stream rolls back what a COMMIT that failed has left.
    commit: (within) =>
      describeWrite(location, async () => {
        await runOpen({ sql: 'COMMIT' }, within, [{ type: 'close' }]);
      }),
    async rollback(within) {
      if (!stream.isOpen) return;
      // Where this is lost, the server closes the stream by itself, and that rolls back.
      await stream.send([{ type: 'close' }], within.left).catch(() => undefined);
    },
  };
}

const IS_OPEN = { type: 'not', cond: { type: 'is_autocommit' } } as const;

// An expired stream, another writer that was let in, or a stream that the server, which has begun anew, does not know.
function isEnd(error: unknown): boolean {
  return error instanceof TursoSyncError && ['REMOTE_BUSY', 'REMOTE_NOT_LIBSQL'].includes(error.code);
}
