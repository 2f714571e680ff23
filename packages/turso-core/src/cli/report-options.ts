import path from 'node:path';
import { Option, type Command } from 'commander';
import { TursoSyncError } from '../errors';
import { placePieces } from '../project/state/place-file';
import { REPORT_FORMATS, report, type ReportFormat } from '../report/report';
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
        'answer by a report in this form (default: what --out ends with)',
      ).choices(REPORT_FORMATS),
    )
    .option('--out <file>', 'write the report to this file');
}

/** Whether a report is asked for. Throws USAGE if nobody can tell in which form, or where it goes. */
export function wantsReport({ format, out, json }: ReportFlags): boolean {
  if (out !== undefined) formatOf(format, out);
  else if (format !== undefined && json === true)
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
  const pieces = report(source, formatOf(format, out ?? ''));
  if (out === undefined) {
    let all = '';
    for await (const piece of pieces) all += piece;
    return all.trimEnd();
  }
  const file = path.resolve(cwd ?? '.', out);
  await placePieces(pieces, file);
  return `${text}\nReport: ${file}`;
}

const ENDINGS: Readonly<Record<string, ReportFormat>> = { '.html': 'html', '.htm': 'html', '.json': 'json' };

function formatOf(format: ReportFormat | undefined, out: string): ReportFormat {
  const found = format ?? ENDINGS[path.extname(out).toLowerCase()];
  if (found !== undefined) return found;
  throw new TursoSyncError('USAGE', `The name ${out} does not tell the form of the report.`, {
    hint: `Add --format ${REPORT_FORMATS.join('|')}, or end the name with ${Object.keys(ENDINGS).join(', ')}.`,
  });
}
