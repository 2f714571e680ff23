import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { dump, dumpText, TursoSyncError, type DumpOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:dump`. */
export interface DumpExecutorOptions extends CommonOptions, Pick<DumpOptions, 'acceptRemote'> {
  /** Dump the remote as it is now. */
  readonly remote?: boolean;
  /** Dump the working copy as it is now. */
  readonly workingCopy?: boolean;
  /** The file to write, absolute or relative to the workspace. Default for the base is `original_dump.sql` beside it. */
  readonly output?: string;
}

/** Writes a database as SQL to a file: never to stdout, which Nx keeps. */
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
