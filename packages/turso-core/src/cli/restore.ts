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
    .description('Make a database of a backup that a pull or an undo has left; nothing else is touched.')
    .option('--backup <name>', 'the name of the backup (default: the latest)')
    .option(
      '-o, --output <file>',
      'the file to write, which must not exist (default: restored.db beside the working copy)',
    )
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
