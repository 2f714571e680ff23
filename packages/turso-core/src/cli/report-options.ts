import path from 'node:path';
import { Option, type Command } from 'commander';
import { TursoSyncError } from '../errors';
import type { OnEvent } from '../events';
import { REPORT_FORMATS, report, type ReportFormat } from '../report/report';
import { reportFormat, requireReportFolder, writeReport } from '../report/report-file';
import type { ReportSource } from '../report/source';

/** What a command may be told about its report. */
export interface ReportFlags {
  readonly format?: ReportFormat;
  readonly out?: string;
  readonly cwd?: string;
  readonly json?: boolean;
}

/** Adds the options of reports. */
export function withReportOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <form>',
        'answer with a report in this format (default: by the ending of --out)',
      ).choices(REPORT_FORMATS),
    )
    .option('--out <file>', 'write the report to this file');
}

/**
 * Whether a report is asked for. Throws USAGE if nobody can tell in which form, and FILE_INACCESSIBLE if its folder is missing,
 * before the command does anything.
 */
export function wantsReport({ format, out, json, cwd }: ReportFlags): boolean {
  if (out !== undefined) {
    reportFormat(out, format);
    requireReportFolder(path.resolve(cwd ?? '.', out));
  } else if (format !== undefined && json === true)
    throw new TursoSyncError('USAGE', 'Both --json and --format print to stdout.', {
      hint: 'Name a file for the report: --out <file>.',
    });
  return out !== undefined || format !== undefined;
}

/** Writes a report to its file, and returns what to print: a line about it after the answer, or the report itself. */
export async function reportAnswer(
  { format, out, cwd }: ReportFlags,
  source: ReportSource,
  text: string,
): Promise<string> {
  const form = reportFormat(out ?? '', format);
  if (out === undefined) {
    let all = '';
    for await (const piece of report(source, form)) all += piece;
    return all.trimEnd();
  }
  const file = path.resolve(cwd ?? '.', out);
  await writeReport(source, form, file);
  return `${text}\nReport: ${file}`;
}

/** As {@link reportAnswer}, of a command that has changed something: that it has no report is only warned of. */
export async function reportAfter(
  flags: ReportFlags,
  source: ReportSource,
  { text, onEvent }: { readonly text: string; readonly onEvent: OnEvent },
): Promise<string> {
  if (!wantsReport(flags)) return text;
  try {
    return await reportAnswer(flags, source, text);
  } catch (error) {
    onEvent({ type: 'warning', message: `The report was not written: ${(error as Error).message}` });
    return text;
  }
}
