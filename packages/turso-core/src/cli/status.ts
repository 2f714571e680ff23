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

    .addHelpText(
      'after',
      '\nWith --verbose or --json it also asks what the server offers: one request more, which reads a few rows.\n\nExample:\n  $ turso-sync status --json',
    );
  return [
    command,
    'status',
    async (project, { verbose = false, json = false }) => {
      const result = await status(project, { capabilities: verbose || json });
      return { result, text: statusText(result), exitCode: 0 };
    },
  ];
}
