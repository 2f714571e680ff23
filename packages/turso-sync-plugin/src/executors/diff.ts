import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { countChanges, diff, diffText, type DiffOptions, type DiffResult, type Project } from 'turso-core';
import { NO_VALUES } from './conflict-report';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:diff`. */
export interface DiffExecutorOptions extends CommonOptions, Pick<DiffOptions, 'table' | 'save'> {
  /** Write the rows themselves, old and new, to `rows.txt` in the state folder. Default is false. */
  readonly values?: boolean;
  /** Write up to so many rows of each table; implies `values`. Default is 20. */
  readonly limit?: number;
  /** Fail if there are changes. Default is false. */
  readonly exitCode?: boolean;
}

/** Rows of each table that `values` shows. */
const SHOWN = 20;

/** Says what a push would carry. Rows go to a file, since Nx keeps what is printed. */
export default function diffExecutor(
  options: DiffExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { values, limit, exitCode, save, ...own }) => {
    const result = await diff(project, {
      ...own,
      ...(values === true || limit !== undefined ? { rows: limit ?? SHOWN } : {}),
      ...(save === undefined ? {} : { save: path.resolve(context.root, save) }),
    });
    const text = [diffText(result, NO_VALUES), ...writeRows(project, result)].join('\n');
    return { success: exitCode !== true || countChanges(result.changes) === 0, text };
  });
}

function writeRows({ files }: Project, result: DiffResult): string[] {
  if (result.rows === undefined) return [];
  const file = path.join(files.environment, 'rows.txt');
  fs.writeFileSync(file, `${diffText(result)}\n`, { mode: 0o600 });
  return [`Rows: ${file}`];
}
