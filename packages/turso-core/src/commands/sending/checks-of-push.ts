import type { Check, CheckResult } from '../../checks/check';
import { remoteCheck, type RemoteCheck } from '../../checks/remote-checks';
import { runChecks } from '../../checks/run-checks';
import { timed, type OnEvent } from '../../events';
import { isExcepted, parseExceptions } from '../../policy/exceptions';
import type { Project } from '../../project/project';

/** The checks that return rows of what a push would make of the remote, by a local file. */
export async function failedIn(
  { checks: { seconds } }: Project,
  database: string,
  checks: readonly Check[],
  onEvent: OnEvent | undefined,
): Promise<CheckResult[]> {
  if (checks.length === 0) return [];
  const results = await timed(onEvent, 'run the checks', () => runChecks(database, checks, { seconds }));
  return results.filter((result) => !result.passed);
}

/** The checks that the remote is to run within a push, which are those that no exception names. Throws CHECK_INVALID. */
export function checksForRemote(
  project: Project,
  checks: readonly Check[],
  { checksOnRemote = false, allow = [] }: { checksOnRemote?: boolean; allow?: readonly string[] },
): RemoteCheck[] {
  if (!project.checks.onRemote && !checksOnRemote) return [];
  const exceptions = parseExceptions(allow);
  return checks.filter(({ name }) => !isExcepted(exceptions, 'check', name)).map(remoteCheck);
}
