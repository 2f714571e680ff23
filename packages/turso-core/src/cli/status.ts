import { Command } from 'commander';
import { status } from '../commands/status';
import { statusText } from '../report/text';
import type { Subcommand } from './commands';

/** `turso-sync status` */
export function statusCommand(): Subcommand<object, 'status'> {
  const command = new Command('status')
    .description(
      'Say how the project stands: files, variables, the remote, what a push would carry, what to do next.',
    )
    .addHelpText('after', '\nExample:\n  $ turso-sync status --json');
  return [
    command,
    'status',
    async (project) => {
      const result = await status(project);
      return { result, text: statusText(result), exitCode: 0 };
    },
  ];
}
