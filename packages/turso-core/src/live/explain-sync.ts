import { hasCode, reworded, TursoSyncError } from '../errors';
import type { LiveDatabase } from './database';
import { deadlineIn, type Deadline } from './deadline';

/** Milliseconds for asking the primary. */
const WITHIN = 2000;

/**
 * Explains a failed sync by the primary's answer to a simple query. libSQL's client reports only a word like
 * `PrimaryHandshakeTimeout`, be it for an absent server, an expired token or another cause.
 */
export async function explainSync(
  error: unknown,
  database: LiveDatabase,
  deadline: Deadline,
): Promise<unknown> {
  if (!(error instanceof TursoSyncError) || error.code !== 'SYNC_FAILED' || deadline.isOver) return error;
  try {
    await database.query({ sql: 'SELECT 1' }, deadlineIn(Math.min(deadline.left, WITHIN)));
    return error;
  } catch (reason) {
    if (!(reason instanceof TursoSyncError)) return error;
    const { hint, retryable } = reason;
    return new TursoSyncError(
      'SYNC_FAILED',
      `The replica could not be brought up to date: ${reason.message}`,
      { ...(hint === undefined ? {} : { hint }), retryable, cause: reason },
    );
  }
}

/** Says in a failed sync that reads go on: so it is on an open connection, and not while it is opened. */
export function readsGoOn(error: unknown): unknown {
  if (!hasCode(error, 'SYNC_FAILED')) return error;
  return reworded(error, { hint: `Reads go on with what the replica has. ${error.hint ?? ''}`.trim() });
}
