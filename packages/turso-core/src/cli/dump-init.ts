import { Command } from 'commander';
import { init } from '../commands/init';
import { initText } from '../report/text';
import type { Subcommand } from './commands';

/** `turso-sync dump-init` */
export function dumpInitCommand(): Subcommand<{ force?: boolean }> {
  const command = new Command('dump-init')
    .description(
      'Take the whole remote database to .turso/default/snapshot, and make the working copy from it.',
    )
    .option('--force', 'replace a working copy that has changes, after keeping a dated backup of it')
    .addHelpText('after', '\nExample:\n  $ TURSO_DATABASE_URL=libsql://my-db.turso.io turso-sync dump-init');
  return [
    command,
    'dump-init',
    async (project, { force = false }, { onEvent }) => {
      const result = await init(project, { force, onEvent });
      return { result, text: initText(result, project.workingCopy), exitCode: 0 };
    },
  ];
}
