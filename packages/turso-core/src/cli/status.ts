import { Command } from 'commander';
import { status } from '../commands/status';
import { statusText } from '../report/text';
import type { Subcommand } from './commands';

/** `turso-sync status` */
export function statusCommand(): Subcommand<object, 'status'> {
  const command = new Command('status')
    .description(
      'Show the state of the project: files, variables, the remote, changes to push, and the next step.',
    )
    .addHelpText(
      'after',
      '\nWith --verbose or --json, it also asks for the features of the server. This takes one more request and reads a few rows.\n\nExample:\n  $ turso-sync status --json',
    );
  return [
    command,
    'status',
    async (project, { verbose = false, json = false }, { onEvent }) => {
      const result = await status(project, {
        capabilities: verbose || json,
        // The answer itself names the remote.
        onEvent: (event) => {
          if (event.type !== 'connect') onEvent(event);
        },
      });
      return { result, text: statusText(result), exitCode: 0 };
    },
  ];
}
