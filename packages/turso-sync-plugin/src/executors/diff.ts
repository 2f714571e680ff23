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
  makeReviewFolder,
  type Project,
  writeReview,
} from 'turso-core/own-process';
import { NO_VALUES } from './conflict-report';
import type { DiffExecutorOptions } from './options';
import { reportFileOf, withReport } from './report-file';
import { refuseBesideReview, reviewFolder } from './review-folder';
import { runExecutor, type ExecutorResult } from './run';

/** Rows of each table that `values` shows. */
const SHOWN = 20;

/** Describes the changes that a push would carry. Rows go to a file, since Nx keeps the printed text. */
export default function diffExecutor(
  options: DiffExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(
    options,
    context,
    async (project, { values, limit, exitCode, save, review, out: _, format: __, ...own }) => {
      refuseBesideReview(review, 'save', save);
      const wanted = reportFileOf(options, project, context);
      const folder = review === undefined ? undefined : reviewFolder(review, context);
      const result = await diff(project, {
        ...own,
        ...(values === true || limit !== undefined ? { rows: limit ?? SHOWN } : {}),
        ...(save === undefined ? {} : { save: path.resolve(context.root, save) }),
        ...(folder === undefined ? {} : { save: makeReviewFolder(folder) }),
      });
      if (folder !== undefined)
        await writeReview({ ...diffSource(result), title: titleOf(project, context) }, folder);
      const text = [diffText(result, NO_VALUES), ...writeRows(project, result)].join('\n');
      const isRefused = folder !== undefined && result.plan.verdict?.outcome === 'refused';
      const success = !isRefused && (exitCode !== true || countChanges(result.changes) === 0);
      return withReport(wanted, diffSource(result, options.table), {
        success,
        text,
        ending: diffEnding(result, options.table),
      });
    },
  );
}

/** Names the project of a report. */
function titleOf({ environment }: Project, { projectName = '' }: ExecutorContext): string {
  return environment === null ? projectName : `${projectName} (${environment})`;
}

function writeRows({ files }: Project, result: DiffResult): string[] {
  if (result.rows === undefined) return [];
  const file = path.join(files.environment, 'rows.txt');
  fs.writeFileSync(file, `${diffText(result)}\n`, { mode: 0o600 });
  return [`Rows: ${file}`];
}
