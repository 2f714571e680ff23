import type { Check, CheckResult } from '../../checks/check';
import { remoteCheck, type RemoteCheck } from '../../checks/remote-checks';
import { runChecks } from '../../checks/run-checks';
import { timed, type OnEvent } from '../../events';
import { isExcepted, parseExceptions } from '../../policy/exceptions';
import type { Project } from '../../project/project';

/** Runs the checks on a local file in the state a push would give the remote. Returns the failed ones. */
export async function failedIn(
  { checks: { seconds } }: Project,
  database: string,
  checks: readonly Check[],
  onEvent: OnEvent | undefined,
): Promise<CheckResult[]> {
  if (checks.length === 0) return [];
  const results = await timed(onEvent, 'run the checks', (onProgress) =>
    runChecks(database, checks, { seconds, onProgress }),
  );
  return results.filter((result) => !result.passed);
}

/**
 * Returns the checks for the remote to run within a push: all except those named by an exception. Throws CHECK_INVALID.
 */
export function checksForRemote(
  project: Project,
  checks: readonly Check[],
  { checksOnRemote = false, allow = [] }: { checksOnRemote?: boolean; allow?: readonly string[] },
): RemoteCheck[] {
  if (!project.checks.onRemote && !checksOnRemote) return [];
  const exceptions = parseExceptions(allow);
  return checks.filter(({ name }) => !isExcepted(exceptions, 'check', name)).map(remoteCheck);
}
