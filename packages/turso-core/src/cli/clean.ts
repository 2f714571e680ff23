import { Command, Option } from 'commander';
import { clean, type CleanOptions } from '../commands/clean';
import { cleanText } from '../report/text';
import type { Subcommand } from './commands';

interface Flags extends Pick<CleanOptions, 'force' | 'backups' | 'undo' | 'dumps'> {
  readonly dryRun?: boolean;
}

/** `turso-sync clean` */
export function cleanCommand(): Subcommand<Flags, 'clean'> {
  const command = new Command('clean')
    .description('Show what the state folder holds, and with --force remove what is of no use any more.')
    .option('-f, --force', 'remove what can go')
    .addOption(new Option('-n, --dry-run', 'only show it, which is the default').conflicts('force'))
    .option('--backups', 'let all backups of the working copy go, not only those older than 7 days')
    .option('--undo', 'let the records of pushes go: none can be undone afterwards')
    .option('--dumps', 'let original_dump.sql and other dumps in the state folder go')
    .addHelpText(
      'after',
      '\nExamples:\n  $ turso-sync clean\n  $ turso-sync clean --force\n  $ turso-sync clean --backups --dumps --force',
    );
  return [
    command,
    'clean',
    async (project, { force = false, backups = false, undo = false, dumps = false }, { onEvent }) => {
      const result = await clean(project, { force, backups, undo, dumps, onEvent });
      return { result, text: cleanText(result), exitCode: 0 };
    },
  ];
}
