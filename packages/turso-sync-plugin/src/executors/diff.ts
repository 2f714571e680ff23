import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import {
  countChanges,
  diff,
  diffEnding,
  type DiffResult,
  diffSource,
  diffText,
  type Project,
} from 'turso-core/own-process';
import { NO_VALUES } from './conflict-report';
import type { DiffExecutorOptions } from './options';
import { reportFileOf, withReport } from './report-file';
import { runExecutor, type ExecutorResult } from './run';

/** Rows of each table that `values` shows. */
const SHOWN = 20;

/** Says what a push would carry. Rows go to a file, since Nx keeps what is printed. */
export default function diffExecutor(
  options: DiffExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(
    options,
    context,
    async (project, { values, limit, exitCode, save, out: _, format: __, ...own }) => {
      const wanted = reportFileOf(options, project, context);
      const result = await diff(project, {
        ...own,
        ...(values === true || limit !== undefined ? { rows: limit ?? SHOWN } : {}),
        ...(save === undefined ? {} : { save: path.resolve(context.root, save) }),
      });
      const text = [diffText(result, NO_VALUES), ...writeRows(project, result)].join('\n');
      const success = exitCode !== true || countChanges(result.changes) === 0;
      return withReport(wanted, diffSource(result, options.table), {
        success,
        text,
        ending: diffEnding(result, options.table),
      });
    },
  );
}

function writeRows({ files }: Project, result: DiffResult): string[] {
  if (result.rows === undefined) return [];
  const file = path.join(files.environment, 'rows.txt');
  fs.writeFileSync(file, `${diffText(result)}\n`, { mode: 0o600 });
  return [`Rows: ${file}`];
}
