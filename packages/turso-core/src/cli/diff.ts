import path from 'node:path';
import { Command, Option } from 'commander';
import { isEmpty } from '../changeset/summary';
import { diff, type DiffOptions, type DiffResult } from '../commands/diff';
import { diffEnding } from '../report/ending/ending';
import { makeReviewFolder, writeReview } from '../report/report-file';
import { diffSource } from '../report/sources';
import { diffLines } from '../report/text';
import type { Subcommand } from './commands';
import { REFUSED } from './policy-options';
import { changedRowJson } from './row-json';
import { reportAnswer, wantsReport, withReportOptions, type ReportFlags } from './report-options';
import { layoutOf } from './terminal';
import { wholeNumber } from './whole-number';

/** Exit code of `diff --exit-code` when there are changes. */
const HAS_CHANGES = 2;

/** Rows of each table that `--values` shows. */
const SHOWN = 20;

interface Options extends ReportFlags {
  readonly exitCode?: boolean;
  readonly table?: string;
  readonly values?: boolean;
  readonly limit?: number;
  readonly save?: string;
  readonly review?: string;
}

/** `turso-sync diff` */
export function diffCommand(): Subcommand<Options, 'diff'> {
  const command = withReportOptions(new Command('diff'))
    .description(
      'Show the changes for the next push; .turso/default/diff.sql and changes.json list all of them.',
    )
    .option('--exit-code', 'exit with 2 if there are changes, with 4 if the policy refuses them')
    .option('--table <name>', 'show only this table')
    .option('--values', `show the rows, old -> new (up to ${SHOWN} of each table)`)
    .option('--limit <rows>', 'show up to this many rows of each table; implies --values', wholeNumber)
    .option('--save <file>', 'save the changes as a plan for push --plan')
    .addOption(
      new Option(
        '--review <folder>',
        'save the plan, with reports in Markdown and HTML, to this folder; exit with 4 if the policy refuses it',
      ).conflicts(['save', 'table']),
    )
    .option('--no-pager', 'print a long answer directly, without $PAGER or less')
    .addHelpText(
      'after',
      '\nExamples:\n  $ turso-sync diff --exit-code || echo "something to push"\n  $ turso-sync diff --table people --limit 5\n  $ turso-sync diff --out changes.html',
    );
  return [
    command,
    'diff',
    async (project, { exitCode = false, table, values, limit, save, review, ...flags }, { onEvent }) => {
      const isReport = wantsReport(flags);
      const folder = review === undefined ? undefined : path.resolve(flags.cwd ?? '.', review);
      const options: DiffOptions = {
        onEvent,
        ...(table === undefined ? {} : { table }),
        ...(save === undefined ? {} : { save: path.resolve(flags.cwd ?? '.', save) }),
        ...(folder === undefined ? {} : { save: makeReviewFolder(folder) }),
        ...(values === true || limit !== undefined ? { rows: limit ?? SHOWN } : {}),
      };
      const result = await diff(project, options);
      if (folder !== undefined) await writeReview(diffSource(result), folder);
      const { rows, ...rest } = result;
      const lines = diffLines(result, await layoutOf(process.stdout));
      const text = lines.map((line) => line.text).join('\n');
      return {
        result: rows === undefined ? rest : { ...rest, rows: rows.map(changedRowJson) },
        text: isReport ? await reportAnswer(flags, diffSource(result, table), text) : text,
        lines: flags.format === undefined || flags.out !== undefined ? lines : [],
        exitCode: exitCodeOf(result, { exitCode, isReview: folder !== undefined }),
        ending: diffEnding(result, table),
      };
    },
  ];
}

function exitCodeOf(
  { plan, changes }: DiffResult,
  { exitCode, isReview }: { readonly exitCode: boolean; readonly isReview: boolean },
): number {
  if ((exitCode || isReview) && plan.verdict?.outcome === 'refused') return REFUSED;
  return exitCode && !isEmpty(changes) ? HAS_CHANGES : 0;
}
