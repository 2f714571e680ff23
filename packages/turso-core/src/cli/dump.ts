import path from 'node:path';
import { Command, Option } from 'commander';
import { dump, type DumpOptions } from '../commands/dump';
import { systemCode, TursoSyncError } from '../errors';
import { dumpText } from '../report/text';
import type { Subcommand } from './commands';
import { withRemoteOptions, type RemoteFlags } from './remote-options';

interface Options extends RemoteFlags {
  readonly remote?: boolean;
  readonly workingCopy?: boolean;
  readonly output?: string;
}

/** `turso-sync dump` */
export function dumpCommand(): Subcommand<Options, 'dump'> {
  const command = withRemoteOptions(new Command('dump'))
    .description(
      'Write the base as SQL to .turso/default/base/original_dump.sql, or the remote or the working copy to stdout.',
    )
    .addOption(new Option('--remote', 'dump the remote as it is now').conflicts('workingCopy'))
    .option('--working-copy', 'dump the working copy as it is now')
    .option('-o, --output <file>', 'write to this file; - is stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  $ turso-sync dump\n  $ turso-sync dump --remote | gzip > remote.sql.gz\n  $ turso-sync dump --working-copy -o work.sql',
    );
  return [
    command,
    'dump',
    async (project, { remote, workingCopy, output, acceptRemote = false, json, cwd }, { onEvent }) => {
      const of = remote === true ? 'remote' : workingCopy === true ? 'working-copy' : 'base';
      const toStdout = output === undefined ? of !== 'base' : output === '-';
      if (toStdout && json === true) throw noRoom();
      const to = toStdout
        ? { write: writeStdout }
        : output === undefined
          ? undefined
          : path.resolve(cwd ?? '.', output);
      const options: DumpOptions = { of, acceptRemote, onEvent, ...(to === undefined ? {} : { to }) };
      const result = await dump(project, options);
      return { result, text: dumpText(result), exitCode: 0 };
    },
  ];
}

function noRoom(): TursoSyncError {
  return new TursoSyncError('USAGE', 'With --json, stdout is for the answer, and cannot take the dump.', {
    hint: 'Name a file with --output.',
  });
}

// Waits for whoever reads; one who has seen enough is no failure.
function writeStdout(piece: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(piece, (error) => {
      if (error == null || systemCode(error) === 'EPIPE') resolve();
      else reject(error);
    });
  });
}
