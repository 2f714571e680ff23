import type { ExecutorContext } from '@nx/devkit';
import { verify, verifyEnding, type VerifyResult, verifyText, withVerified } from 'turso-core/own-process';
import type { VerifyExecutorOptions } from './options';
import { reportFileOf, withReport } from './report-file';
import { runExecutor, type ExecutorResult, type Outcome } from './run';

/** Compares the remote with the working copy. A difference fails the task. */
export default function verifyExecutor(
  options: VerifyExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { out: _, format: __, ...own }) => {
    const wanted = reportFileOf(options, project, context);
    const outcomeOf = (result: VerifyResult): Outcome => ({
      success: result.outcome === 'equal',
      text: verifyText(result, project.address().location),
      ending: verifyEnding(result),
    });
    if (wanted === null) return outcomeOf(await verify(project, own));
    return withVerified(project, own, (result, source) => withReport(wanted, source, outcomeOf(result)));
  });
}
