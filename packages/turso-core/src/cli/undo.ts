import { Command } from 'commander';
import { conflictJson } from '../apply/conflict-json';
import { pushes, undo } from '../commands/undo';
import { pushesText, undoText } from '../report/text';
import type { Subcommand } from './commands';
import { CONFLICT } from './conflict-options';
import { wholeNumber } from './whole-number';

interface Options {
  readonly list?: boolean;
  readonly push?: number;
}

/** `turso-sync undo` */
export function undoCommand(): Subcommand<Options> {
  const command = new Command('undo')
    .description('Take the last push back on the remote, unless someone has changed the same since.')
    .option('--list', 'show the pushes that can be undone')
    .option('--push <number>', 'undo this one instead of the last', wholeNumber)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was written).\n\nExamples:\n  $ turso-sync undo --list\n  $ turso-sync undo',
    );
  return [
    command,
    'undo',
    async (project, { list, push }, { onEvent }) => {
      if (list === true) {
        const result = { pushes: pushes(project) };
        return { result, text: pushesText(result.pushes), exitCode: 0 };
      }
      const result = await undo(project, { onEvent, ...(push === undefined ? {} : { push }) });
      return {
        result: { ...result, conflicts: result.conflicts.map(conflictJson) },
        text: undoText(result, project.address().location),
        exitCode: result.status === 'conflict' ? CONFLICT : 0,
      };
    },
  ];
}
