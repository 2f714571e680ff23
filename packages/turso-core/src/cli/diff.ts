import { Command } from 'commander';
import { isEmpty } from '../changeset/summary';
import { diff } from '../commands/diff';
import { diffText } from '../report/text';
import type { Action } from './main';

/** Exit code of `diff --exit-code` when there are changes. */
const HAS_CHANGES = 2;

/** `turso-sync diff` */
export function diffCommand(): [Command, string, Action<{ exitCode?: boolean }>] {
  const command = new Command('diff')
    .description('Say what a push would carry; in full in .turso/diff.sql and .turso/changes.json.')
    .option('--exit-code', 'exit with 2 when there are changes')
    .addHelpText('after', '\nExample:\n  $ turso-sync diff --exit-code || echo "something to push"');
  return [
    command,
    'diff',
    async (project, { exitCode = false }, { onEvent }) => {
      const result = await diff(project, { onEvent });
      return {
        result,
        text: diffText(result),
        exitCode: exitCode && !isEmpty(result.changes) ? HAS_CHANGES : 0,
      };
    },
  ];
}
