import { Command } from 'commander';
import { verify } from '../commands/verify';
import { verifyText } from '../report/text';
import type { Subcommand } from './commands';
import { withRemoteOptions, type RemoteFlags } from './remote-options';

/** Exit code where the two differ. */
const DIFFERENT = 2;

/** `turso-sync verify` */
export function verifyCommand(): Subcommand<RemoteFlags, 'verify'> {
  const command = withRemoteOptions(new Command('verify'))
    .description('Say whether the remote, as it is now, and the working copy hold the same.')
    .addHelpText(
      'after',
      '\nExit codes: 0 equal, 1 failed, 2 different.\n\nExample:\n  $ turso-sync verify && echo "all is there"',
    );
  return [
    command,
    'verify',
    async (project, { acceptRemote = false }, { onEvent }) => {
      const result = await verify(project, { acceptRemote, onEvent });
      return {
        result,
        text: verifyText(result, result.remote ?? project.address().location),
        exitCode: result.isEqual ? 0 : DIFFERENT,
      };
    },
  ];
}
