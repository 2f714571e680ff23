import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { dump, dumpText, TursoSyncError } from 'turso-core/own-process';
import type { DumpExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Writes a database as SQL to a file, and never to stdout, which Nx keeps. */
export default function dumpExecutor(
  options: DumpExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { remote, workingCopy, output, ...own }) => {
    if (remote === true && workingCopy === true)
      throw new TursoSyncError('USAGE', '"remote" and "workingCopy" cannot be used together.', {
        hint: 'Dump one after the other.',
      });
    const of = remote === true ? 'remote' : workingCopy === true ? 'working-copy' : 'base';
    if (output === '-' || (output === undefined && of !== 'base'))
      throw new TursoSyncError('USAGE', 'A dump goes to a file, since Nx keeps what is printed.', {
        hint: 'Name a file: `--output dump.sql`.',
      });
    const to = output === undefined ? {} : { to: path.resolve(context.root, output) };
    return { success: true, text: dumpText(await dump(project, { ...own, ...to, of })) };
  });
}
