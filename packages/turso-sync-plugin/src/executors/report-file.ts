import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import {
  type Project,
  reportEnding,
  reportFormat,
  type ReportFormat,
  type ReportSource,
  requireReportFolder,
  writeReport,
} from 'turso-core/own-process';
import type { ReportFileOptions } from './options';
import type { Outcome } from './run';

/** The file and form of a task's report. */
export interface ReportFile {
  readonly file: string;
  readonly format: ReportFormat;
}

/**
 * Returns the file of the requested report, or null. Without `out` it is in the state folder, since Nx keeps the
 * printed text. Throws USAGE if its form is unknown, and FILE_INACCESSIBLE if its folder is missing.
 */
export function reportFileOf(
  { format, out }: ReportFileOptions,
  { files }: Project,
  { root }: ExecutorContext,
): ReportFile | null {
  if (out !== undefined) {
    const file = path.resolve(root, out);
    const found = { file, format: reportFormat(out, format) };
    requireReportFolder(file);
    return found;
  }
  if (format === undefined) return null;
  return { file: path.join(files.environment, `report${reportEnding(format)}`), format };
}

/**
 * Writes the report of a task, if requested, and adds its file to the outcome. Throws the errors of {@link
 * writeReport}.
 */
export async function withReport(
  wanted: ReportFile | null,
  source: ReportSource,
  outcome: Outcome,
): Promise<Outcome> {
  if (wanted === null) return outcome;
  const { file, format } = wanted;
  // The environment's folder may not exist yet. A folder named by the user was found before.
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeReport(source, format, file);
  return { ...outcome, text: `${outcome.text}\nReport: ${file}` };
}

/** Works like {@link withReport} for a task that has changed something. A missing report is then only a warning. */
export async function withReportAfter(
  wanted: ReportFile | null,
  source: ReportSource,
  { warn, ...outcome }: Outcome & { readonly warn: (text: string) => void },
): Promise<Outcome> {
  try {
    return await withReport(wanted, source, outcome);
  } catch (error) {
    warn(`The report was not written: ${(error as Error).message}`);
    return outcome;
  }
}
