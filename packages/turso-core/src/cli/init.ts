import { Command } from 'commander';
import { init, type InitOptions } from '../commands/init';
import { initText } from '../report/text';
import type { Subcommand } from './commands';
import { withRemoteOptions } from './remote-options';

/** `turso-sync init` */
export function initCommand(): Subcommand<Pick<InitOptions, 'force' | 'create' | 'acceptRemote'>> {
  const command = withRemoteOptions(new Command('init').alias('dump-init'))
    .description('Take the whole remote database to a snapshot, and make the working copy from it.')
    .option('--force', 'replace a working copy that has changes, after keeping a dated backup of it')
    .option('--create', 'make a file that is not there an empty database, at the first use')
    .addHelpText('after', '\nExample:\n  $ TURSO_DATABASE_URL=libsql://my-db.turso.io turso-sync init');
  return [
    command,
    'init',
    async (project, { force = false, create = false, acceptRemote = false }, { onEvent }) => {
      const result = await init(project, { force, create, acceptRemote, onEvent });
      return { result, text: initText(result, project.workingCopy), exitCode: 0 };
    },
  ];
}
