import path from 'node:path';
import { Command } from 'commander';
import { isEmpty } from '../changeset/summary';
import { diff, type DiffOptions } from '../commands/diff';
import { diffText } from '../report/text';
import type { Subcommand } from './commands';
import { changedRowJson } from './row-json';
import { wholeNumber } from './whole-number';

/** Exit code of `diff --exit-code` when there are changes. */
const HAS_CHANGES = 2;

/** Rows of each table that `--values` shows. */
const SHOWN = 20;

interface Options {
  readonly exitCode?: boolean;
  readonly table?: string;
  readonly values?: boolean;
  readonly limit?: number;
  readonly save?: string;
}

/** `turso-sync diff` */
export function diffCommand(): Subcommand<Options> {
  const command = new Command('diff')
    .description('Say what a push would carry; in full in .turso/default/diff.sql and changes.json.')
    .option('--exit-code', 'exit with 2 when there are changes')
    .option('--table <name>', 'tell of this table alone')
    .option('--values', `show the rows, old -> new (up to ${SHOWN} of each table)`)
    .option('--limit <rows>', 'show up to so many rows of each table; implies --values', wholeNumber)
    .option('--save <file>', 'save the changes as a plan, for push --plan')
    .addHelpText(
      'after',
      '\nExamples:\n  $ turso-sync diff --exit-code || echo "something to push"\n  $ turso-sync diff --table people --limit 5',
    );
  return [
    command,
    'diff',
    async (project, { exitCode = false, table, values, limit, save, cwd }, { onEvent }) => {
      const options: DiffOptions = {
        onEvent,
        ...(table === undefined ? {} : { table }),
        ...(save === undefined ? {} : { save: path.resolve(cwd ?? '.', save) }),
        ...(values === true || limit !== undefined ? { rows: limit ?? SHOWN } : {}),
      };
      const result = await diff(project, options);
      return {
        result: result.rows === undefined ? result : { ...result, rows: result.rows.map(changedRowJson) },
        text: diffText(result),
        exitCode: exitCode && !isEmpty(result.changes) ? HAS_CHANGES : 0,
      };
    },
  ];
}
