import { Command } from 'commander';
import type { Conflict, ConflictRow } from '../apply/conflict';
import { jsonValue } from '../changeset/json';
import { push } from '../commands/push';
import { pushText } from '../report/text';
import type { Action } from './main';

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

function conflictJson(conflict: Conflict): object {
  const { key, old, local, remote } = conflict;
  return {
    ...conflict,
    key: rowJson(key),
    old: rowJson(old),
    local: rowJson(local),
    remote: rowJson(remote),
  };
}

// As in changes.json: otherwise 1 and 1.0 would look the same, and neither an infinite number nor a BLOB has a form.
function rowJson(row: ConflictRow | null): object | null {
  if (row === null) return null;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonValue(value)]));
}
