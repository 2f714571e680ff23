import path from 'node:path';
import type { CheckResult } from '../checks/check';
import { readChecks } from '../checks/read-checks';
import { runChecks } from '../checks/run-checks';
import { timed, type VerbOptions } from '../events';
import type { Project } from '../project/project';
import { withTemporary } from '../project/state/temporary';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `check`. */
export type CheckOptions = VerbOptions;

/** Result of `check`. */
export interface ChecksResult extends VerbResult {
  /** `passed` if each check returned no row, otherwise `failed`. */
  readonly outcome: 'passed' | 'failed';
  /** The folder of the checks. */
  readonly folder: string;
  /** The result of each check. */
  readonly checks: readonly CheckResult[];
}

/**
 * Runs the project's checks on a consistent copy of the working copy. Each check is a query in its own file and must
 * return no row.
 * Throws CHECK_INVALID, CHECK_TIMEOUT, the `WORKING_COPY_*` codes and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { check, loadProject } from 'turso-core';
 *
 * const { outcome, checks } = await check(await loadProject());
 * if (outcome === 'failed') console.error(checks.filter((c) => !c.passed).map((c) => c.name));
 * ```
 */
export const check = verb<[options?: CheckOptions], ChecksResult>('check', checkWith);

async function checkWith(project: Project, { onEvent }: CheckOptions): Promise<Own<ChecksResult>> {
  const checks = readChecks(project.checks);
  const results =
    checks.length === 0
      ? []
      : await withTemporary(project.files.directory, async (temporary) => {
          const frozen = path.join(temporary, 'checked.db');
          await freezeCopy(project, frozen, { onEvent });
          return timed(onEvent, 'run the checks', (onProgress) =>
            runChecks(frozen, checks, { seconds: project.checks.seconds, onProgress }),
          );
        });
  const outcome = results.every((result) => result.passed) ? 'passed' : 'failed';
  return { outcome, folder: project.checks.folder, checks: results };
}
