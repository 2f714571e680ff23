import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import { fileSystemError } from '../project/state/disk';
import { placePieces } from '../project/state/place-file';
import { REPORT_FORMATS, report, type ReportFormat } from './report';
import type { ReportSource } from './source';

const ENDINGS: Readonly<Record<ReportFormat, string>> = {
  text: '.txt',
  markdown: '.md',
  html: '.html',
  json: '.json',
};

/** Returns the ending of file names for this form, such as `.html`. */
export function reportEnding(format: ReportFormat): string {
  return ENDINGS[format];
}

/** Returns the form of a report: `format`, or else the form of the file's ending. Throws USAGE if neither tells. */
export function reportFormat(file: string, format?: ReportFormat): ReportFormat {
  const ending = path.extname(file).toLowerCase();
  const found = format ?? REPORT_FORMATS.find((name) => ENDINGS[name] === ending);
  if (found !== undefined) return found;
  throw new TursoSyncError('USAGE', `The name ${file} does not tell the form of the report.`, {
    hint: `Add --format ${REPORT_FORMATS.join('|')}, or end the name with ${Object.values(ENDINGS).join(', ')}.`,
  });
}

/** Checks that a report can have this name, before any other work starts. Throws FILE_INACCESSIBLE. */
export function requireReportFolder(file: string): void {
  const folder = path.dirname(file);
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new TursoSyncError('FILE_INACCESSIBLE', `There is no folder ${folder}.`, {
    hint: 'Make it, or name another file for the report.',
  });
}

/**
 * Writes a report to a file that only its user may read. It replaces an existing file once the whole report is written.
 * Throws DISK_FULL, FILE_INACCESSIBLE and the errors of {@link report}.
 *
 * @example
 * ```ts
 * import { diff, loadProject } from 'turso-core';
 * import { diffSource, writeReport } from 'turso-core/report';
 *
 * await writeReport(diffSource(await diff(await loadProject())), 'html', 'changes.html');
 * ```
 */
export function writeReport(source: ReportSource, format: ReportFormat, file: string): Promise<void> {
  return placePieces(report(source, format), file);
}

/** The files of a review, in its folder. */
export const REVIEW_FILES = {
  /** The plan, for `push --plan`. */
  plan: 'plan.json',
  /** The report in Markdown. */
  markdown: 'changes.md',
  /** The report as a page. */
  html: 'changes.html',
} as const;

/**
 * Makes the folder of a review. It holds the plan and its reports, for people and programs to read before a push.
 * Returns the path at which `diff` saves the plan. Throws FILE_INACCESSIBLE.
 */
export function makeReviewFolder(folder: string): string {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileSystemError(error, folder);
  }
  return path.join(folder, REVIEW_FILES.plan);
}

/** Writes the reports of a review beside its plan. Throws the errors of {@link writeReport}. */
export async function writeReview(source: ReportSource, folder: string): Promise<void> {
  for (const format of ['markdown', 'html'] as const)
    await writeReport(source, format, path.join(folder, REVIEW_FILES[format]));
}
