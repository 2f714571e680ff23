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
    .description('Show the contents of the state folder, and with --force remove unneeded files.')
    .option('-f, --force', 'remove the unneeded files')
    .addOption(new Option('-n, --dry-run', 'only show them (the default)').conflicts('force'))
    .option('--backups', 'include all backups of the working copy, not only those older than 7 days')
    .option('--undo', 'include the records of pushes: you cannot undo a push afterwards')
    .option('--dumps', 'include original_dump.sql and other dumps in the state folder')
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
