import { Command } from 'commander';
import { conflictJson } from '../apply/conflict-json';
import { pushes, undo, type UndoneHere } from '../commands/undo';
import { pushesText, undoText } from '../report/text';
import type { Subcommand } from './commands';
import type { PrintedUndo } from './printed';
import { withRemoteOptions, type RemoteFlags } from './remote-options';
import { CONFLICT } from './conflict-options';
import { wholeNumber } from './whole-number';

interface Options extends RemoteFlags {
  readonly list?: boolean;
  readonly push?: number;
  readonly remoteOnly?: boolean;
}

/** `turso-sync undo` */
export function undoCommand(): Subcommand<Options, 'undo'> {
  const command = withRemoteOptions(new Command('undo'))
    .description(
      'Take the last push back, on the remote and here, unless someone has changed the same since.',
    )
    .option('--list', 'show the pushes that can be undone')
    .option('--remote-only', 'leave the working copy as it is, so that a push brings it back')
    .option('--push <number>', 'undo this one instead of the last', wholeNumber)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was written).\n\nExamples:\n  $ turso-sync undo --list\n  $ turso-sync undo',
    );
  return [
    command,
    'undo',
    async (project, { list, push, remoteOnly = false, acceptRemote = false }, { onEvent }) => {
      if (list === true) {
        const { environment } = project;
        const all = pushes(project);
        const warnings = all.flatMap(({ number, problem }) =>
          problem === null
            ? []
            : [`Push ${number} cannot be undone, since its record is damaged: ${problem}`],
        );
        for (const message of warnings) onEvent({ type: 'warning', message });
        const result = { pushes: all, remote: null, environment, warnings };
        return { result, text: pushesText(result.pushes), exitCode: 0 };
      }
      const result = await undo(project, {
        acceptRemote,
        onEvent,
        remoteOnly,
        ...(push === undefined ? {} : { push }),
      });
      return {
        result: {
          ...result,
          conflicts: result.conflicts.map(conflictJson),
          workingCopy: result.workingCopy && printedHere(result.workingCopy),
        },
        text: undoText(result, result.remote ?? project.address().location),
        exitCode: result.status === 'conflict' ? CONFLICT : 0,
      };
    },
  ];
}

function printedHere({ kept, conflicts, ...here }: UndoneHere): PrintedUndo['workingCopy'] {
  return { ...here, kept: kept.map(conflictJson), conflicts: conflicts.map(conflictJson) };
}
