import path from 'node:path';
import { Command, Option } from 'commander';
import { push, type PushOptions, type PushResult } from '../commands/push';
import { pushEnding } from '../report/ending/ending';
import { pushSource } from '../report/sources';
import { pushText } from '../report/text';
import type { Subcommand } from './commands';
import { REFUSED, withPolicyOptions } from './policy-options';
import { printedConflicts } from './printed';
import { withRemoteOptions } from './remote-options';
import { CONFLICT, withConflictOptions } from './conflict-options';
import { reportAfter, wantsReport, withReportOptions, type ReportFlags } from './report-options';

/** `turso-sync push` */
export function pushCommand(): Subcommand<Omit<PushOptions, 'onEvent'> & ReportFlags, 'push'> {
  const command = withPolicyOptions(
    withReportOptions(withRemoteOptions(withConflictOptions(new Command('push').alias('dump-push')))),
  )
    .description('Send the changes of the working copy to the remote, in one transaction.')
    .option('--dry-run', 'try the push on the remote and roll it back: same exit code, nothing written')
    .option('--plan <file>', 'push exactly the changes of this plan, saved by `diff --save`')
    .option('--checks-on-remote', 'run the checks on the remote too, before the push commits')
    .addOption(
      new Option(
        '--resume <how>',
        'count an interrupted push as arrived, or repeat it, if turso-sync cannot find out',
      ).choices(['arrived', 'repeat']),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was written), 4 refused by the policy or a check (nothing was written).\n\nExamples:\n  $ turso-sync push --dry-run\n  $ turso-sync push --plan plan.json',
    );
  return [
    command,
    'push',
    async (
      project,
      {
        dryRun = false,
        merge = 'rows',
        onConflict = 'fail',
        resume,
        plan,
        allow,
        checksOnRemote = false,
        maxRowsWritten,
        acceptRemote = false,
        ...flags
      },
      { onEvent },
    ) => {
      wantsReport(flags);
      const result = await push(project, {
        dryRun,
        merge,
        onConflict,
        acceptRemote,
        checksOnRemote,
        onEvent,
        ...(plan === undefined ? {} : { plan: path.resolve(flags.cwd ?? '.', plan) }),
        ...(resume === undefined ? {} : { resume }),
        ...(allow === undefined ? {} : { allow }),
        ...(maxRowsWritten === undefined ? {} : { maxRowsWritten }),
      });
      const remote = result.remote ?? '';
      return {
        result: printedConflicts(result),
        text: await reportAfter(flags, pushSource(result), { text: pushText(result, remote), onEvent }),
        exitCode: exitCodeOf(result.outcome),
        ending: pushEnding(result),
      };
    },
  ];
}

function exitCodeOf(outcome: PushResult['outcome']): number {
  if (outcome === 'refused') return REFUSED;
  return outcome === 'conflict' ? CONFLICT : 0;
}
