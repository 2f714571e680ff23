import { TursoSyncError } from '../../errors';
import type { Statement } from '../../sqlite/statement';
import { conflictOf, type Conflict } from '../conflict';
import type { Target } from '../target';

/** Returns the conflict about a `user_version` that both sides have set, each to another value. */
export function userVersionConflict(
  { from, to }: { readonly from: number; readonly to: number },
  theirs: number,
): Conflict {
  return conflictOf({
    kind: 'schema',
    table: '',
    columns: ['user_version'],
    old: { user_version: BigInt(from) },
    local: { user_version: BigInt(to) },
    remote: { user_version: BigInt(theirs) },
    message: `user_version was set to ${theirs} on the remote.`,
  });
}

/** Checks whether the other side does not let its `user_version` be set, not even to what it is. */
export async function refusesUserVersion(target: Pick<Target, 'read'>, version: number): Promise<boolean> {
  const after: Statement[] = [{ sql: `PRAGMA user_version = ${version}`, sets: 'user_version' }];
  try {
    return await target.read(() => Promise.resolve(false), { after });
  } catch (error) {
    if (error instanceof TursoSyncError && error.code === 'REMOTE_FAILED') return true;
    throw error;
  }
}
