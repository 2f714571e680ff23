import type { ExecutorContext } from '@nx/devkit';
import { doctor, doctorText } from 'turso-core/own-process';
import type { DoctorExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Checks whether turso-sync can work with the remote. A failed check fails the task. */
export default function doctorExecutor(
  options: DoctorExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const result = await doctor(project, own);
    return { success: result.outcome === 'healthy', text: doctorText(result) };
  });
}
