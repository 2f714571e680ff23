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

/** Where the report of a task goes. */
export interface ReportFile {
  readonly file: string;
  readonly format: ReportFormat;
}

/**
 * The file of the report that a task is asked for, or null. Without `out` it is in the state folder, since Nx keeps what is
 * printed. Throws USAGE if nobody can tell its form, and FILE_INACCESSIBLE if its folder is missing.
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

/** Writes the report of a task, if one is asked for, and adds its file to the outcome. Throws what {@link writeReport} throws. */
export async function withReport(
  wanted: ReportFile | null,
  source: ReportSource,
  outcome: Outcome,
): Promise<Outcome> {
  if (wanted === null) return outcome;
  const { file, format } = wanted;
  // That of the environment may not be there yet. A folder that the user names has been found.
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeReport(source, format, file);
  return { ...outcome, text: `${outcome.text}\nReport: ${file}` };
}

/** As {@link withReport}, of a task that has changed something: that it has no report is only warned of. */
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
