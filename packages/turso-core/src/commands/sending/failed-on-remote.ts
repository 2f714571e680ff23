import type { CheckFailure } from '../../apply/apply';
import { COUNTED } from '../../checks/check';
import { rowsFound, type RemoteCheck } from '../../checks/remote-checks';
import { TursoSyncError } from '../../errors';
import type { FailedCheck } from '../../policy/judge';
import type { Remote } from '../../remote/remote';
import type { Statement } from '../../sqlite/statement';

/**
 * Finds the checks that return rows on the remote after one of them has stopped a push. The remote runs the sent
 * statements once more and rolls them back. Throws CHECK_INVALID if the remote cannot run the check.
 */
export async function failedOnRemote(
  remote: Pick<Remote, 'read' | 'location'>,
  checks: readonly RemoteCheck[],
  failure: CheckFailure,
  sent: readonly Statement[],
): Promise<FailedCheck[]> {
  const rows = rowsFound(failure.message);
  if (rows === null) throw notRun(failure, remote.location);
  const first = failedCheck(failure.check, rows);
  const others = checks.slice(checks.findIndex(({ name }) => name === failure.check) + 1);
  if (others.length === 0) return [first];
  try {
    return [first, ...(await failedAmong(remote, others, sent))];
  } catch {
    // One failed check is enough.
    return [first];
  }
}

async function failedAmong(
  remote: Pick<Remote, 'read'>,
  checks: readonly RemoteCheck[],
  sent: readonly Statement[],
): Promise<FailedCheck[]> {
  const changes = sent.filter(({ check }) => check === undefined);
  return remote.read(
    async (query) => {
      const failed: FailedCheck[] = [];
      for (const check of checks) {
        const [[rows] = []] = await query(check.count);
        if (Number(rows) > 0) failed.push(failedCheck(check.name, Number(rows)));
      }
      return failed;
    },
    { after: changes },
  );
}

function failedCheck(name: string, rows: number): FailedCheck {
  return { name, rows, hasMore: rows === COUNTED, onRemote: true };
}

function notRun({ check, code, message }: CheckFailure, location: string): TursoSyncError {
  return new TursoSyncError(
    'CHECK_INVALID',
    `The check ${check} cannot be run on ${location}: ${message} (${code}).`,
    {
      hint: `A server has an SQLite and a parser of its own. Write the query in a way that both sides understand, or leave it out by --allow check:${check}. Nothing was changed.`,
    },
  );
}
