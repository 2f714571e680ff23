import { Command } from 'commander';
import { push } from '../commands/push';
import { pushText } from '../report/text';
import type { Action } from './main';
import { conflictJson } from './row-json';

/** Exit code of a push that met changes of others. */
const CONFLICT = 3;

/** `turso-sync dump-push` */
export function dumpPushCommand(): [Command, string, Action<{ dryRun?: boolean }>] {
  const command = new Command('dump-push')
    .description('Put what has changed in the working copy on the remote, in one transaction.')
    .option('--dry-run', 'say what would be pushed, and send nothing')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 3 conflict (nothing was written).\n\nExample:\n  $ turso-sync dump-push --dry-run',
    );
  return [
    command,
    'dump-push',
    async (project, { dryRun = false }, { onEvent }) => {
      const result = await push(project, { dryRun, onEvent });
      const location =
        result.status === 'nothing' || result.status === 'planned' ? '' : project.address().location;
      return {
        result: { ...result, conflicts: result.conflicts.map(conflictJson) },
        text: pushText(result, location),
        exitCode: result.status === 'conflict' ? CONFLICT : 0,
      };
    },
  ];
}
