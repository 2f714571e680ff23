import { Command } from 'commander';
import { conflictJson } from '../apply/conflict-json';
import { pushes, undo, type UndoneHere } from '../commands/undo';
import { undoEnding } from '../report/ending/ending';
import { keptPushSource, undoSource } from '../report/sources';
import { pushesText, undoText } from '../report/text';
import type { Subcommand } from './commands';
import { localResult, type PrintedUndo } from './printed';
import { withRemoteOptions, type RemoteFlags } from './remote-options';
import { CONFLICT } from './conflict-options';
import {
  reportAfter,
  reportAnswer,
  wantsReport,
  withReportOptions,
  type ReportFlags,
} from './report-options';
import { wholeNumber } from './whole-number';

interface Options extends RemoteFlags, ReportFlags {
  readonly list?: boolean;
  readonly push?: number;
  readonly remoteOnly?: boolean;
}

/** `turso-sync undo` */
export function undoCommand(): Subcommand<Options, 'undo'> {
  const command = withReportOptions(withRemoteOptions(new Command('undo')))
    .description(
      'Take back the last push, on the remote and here, unless somebody has changed the same data since.',
    )
    .option('--list', 'list the pushes you can undo')
    .option('--remote-only', 'leave the working copy as it is: the next push sends the changes again')
    .option(
      '--push <number>',
      'undo this push instead of the last; with --list, report this push',
      wholeNumber,
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was written).\n\nExamples:\n  $ turso-sync undo --list\n  $ turso-sync undo --list --push 3 --out push-3.html\n  $ turso-sync undo',
    );
  return [
    command,
    'undo',
    async (project, { list, push, remoteOnly = false, acceptRemote = false, ...flags }, { onEvent }) => {
      const isReport = wantsReport(flags);
      if (list === true) {
        const { environment } = project;
        const all = pushes(project);
        const warnings = all.flatMap(({ number, problem }) =>
          problem === null
            ? []
            : [`Push ${number} cannot be undone, since its record is damaged: ${problem}`],
        );
        for (const message of warnings) onEvent({ type: 'warning', message });
        const result = { ...localResult('listed', environment), pushes: all, warnings };
        const text = pushesText(all);
        return {
          result,
          text: isReport ? await reportAnswer(flags, keptPushSource(all, push), text) : text,
          exitCode: 0,
        };
      }
      const result = await undo(project, {
        acceptRemote,
        onEvent,
        remoteOnly,
        ...(push === undefined ? {} : { push }),
      });
      const remote = result.remote ?? project.address().location;
      return {
        result: {
          ...result,
          conflicts: result.conflicts.map(conflictJson),
          workingCopy: result.workingCopy && printedHere(result.workingCopy),
        },
        text: await reportAfter(flags, undoSource(result), { text: undoText(result, remote), onEvent }),
        exitCode: result.outcome === 'conflict' ? CONFLICT : 0,
        ending: undoEnding(result),
      };
    },
  ];
}

function printedHere({ kept, conflicts, ...here }: UndoneHere): PrintedUndo['workingCopy'] {
  return { ...here, kept: kept.map(conflictJson), conflicts: conflicts.map(conflictJson) };
}
