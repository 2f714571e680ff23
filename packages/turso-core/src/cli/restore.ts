import path from 'node:path';
import { Command } from 'commander';
import { restore } from '../commands/restore';
import { restoreText } from '../report/text';
import type { Subcommand } from './commands';

interface Flags {
  readonly backup?: string;
  readonly output?: string;
}

/** `turso-sync restore` */
export function restoreCommand(): Subcommand<Flags, 'restore'> {
  const command = new Command('restore')
    .description('Write a backup from a pull or an undo to a new file; nothing else changes.')
    .option('--backup <name>', 'restore the backup of this name (default: the latest)')
    .option('-o, --output <file>', 'write to this new file (default: restored.db beside the working copy)')
    .addHelpText('after', '\nExample:\n  $ turso-sync restore -o before.db');
  return [
    command,
    'restore',
    async (project, { backup, output, cwd }, { onEvent }) => {
      const result = await restore(project, {
        onEvent,
        ...(backup === undefined ? {} : { backup }),
        ...(output === undefined ? {} : { to: path.resolve(cwd ?? '.', output) }),
      });
      return { result, text: restoreText(result), exitCode: 0 };
    },
  ];
}
