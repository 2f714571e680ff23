import { Command } from 'commander';
import type { ConflictOptions } from '../commands/conflicts/conflict-options';
import { pull } from '../commands/pull';
import { pullEnding } from '../report/ending/ending';
import { pullSource } from '../report/sources';
import { pullText } from '../report/text';
import type { Subcommand } from './commands';
import { printedConflicts } from './printed';
import { withRemoteOptions, type RemoteFlags } from './remote-options';
import { CONFLICT, withConflictOptions } from './conflict-options';
import { reportAfter, wantsReport, withReportOptions, type ReportFlags } from './report-options';

/** `turso-sync pull` */
export function pullCommand(): Subcommand<ConflictOptions & RemoteFlags & ReportFlags, 'pull'> {
  const command = withReportOptions(
    withRemoteOptions(
      withConflictOptions(
        new Command('pull').description(
          'Bring the changes of the remote into the working copy, and keep your edits.',
        ),
      ),
    ),
  ).addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was changed).\n\nExample:\n  $ turso-sync pull --merge cells',
  );
  return [
    command,
    'pull',
    async (project, { merge = 'rows', onConflict = 'fail', acceptRemote = false, ...flags }, { onEvent }) => {
      wantsReport(flags);
      const result = await pull(project, { merge, onConflict, acceptRemote, onEvent });
      const remote = result.remote ?? project.address().location;
      return {
        result: printedConflicts(result),
        text: await reportAfter(flags, pullSource(result), { text: pullText(result, remote), onEvent }),
        exitCode: result.outcome === 'conflict' ? CONFLICT : 0,
        ending: pullEnding(result),
      };
    },
  ];
}
