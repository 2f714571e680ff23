import path from 'node:path';
import { Command } from 'commander';
import { init, type InitOptions } from '../commands/init';
import { initText } from '../report/text';
import type { Subcommand } from './commands';
import { withRemoteOptions } from './remote-options';

/** `turso-sync init` */
export function initCommand(): Subcommand<
  Pick<InitOptions, 'force' | 'create' | 'from' | 'keepEdits' | 'acceptRemote'>,
  'init'
> {
  const command = withRemoteOptions(new Command('init').alias('dump-init'))
    .description('Take a snapshot of the whole remote database, and create the working copy from it.')
    .option('--force', 'replace a working copy with changes, and keep a dated backup of it')
    .option(
      '--from <file>',
      'fill an empty remote: this database becomes the working copy, and the next push sends it',
    )
    .option(
      '--keep-edits',
      'keep a working copy without a base: every difference from the remote counts as an edit',
    )
    .option('--create', 'create the file of the remote as an empty database, at the first use')
    .addHelpText(
      'after',
      '\nExamples:\n  $ TURSO_DATABASE_URL=libsql://my-db.turso.io turso-sync init\n  $ turso-sync init --from app.db && turso-sync push',
    );
  return [
    command,
    'init',
    async (
      project,
      { force = false, create = false, from, keepEdits = false, acceptRemote = false, cwd },
      { onEvent },
    ) => {
      const result = await init(project, {
        force,
        create,
        keepEdits,
        acceptRemote,
        onEvent,
        ...(from === undefined ? {} : { from: path.resolve(cwd ?? '.', from) }),
      });
      return { result, text: initText(result, project.workingCopy), exitCode: 0 };
    },
  ];
}
