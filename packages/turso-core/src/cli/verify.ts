import { Command } from 'commander';
import { verify, type VerifyResult } from '../commands/verify';
import type { Project } from '../project/project';
import { verifyEnding } from '../report/ending/ending';
import { withVerified } from '../report/sources';
import { verifyText } from '../report/text';
import type { Subcommand } from './commands';
import type { Answer } from './main';
import type { Results } from './printed';
import { withRemoteOptions, type RemoteFlags } from './remote-options';
import { reportAnswer, wantsReport, withReportOptions, type ReportFlags } from './report-options';

/** Exit code where the two differ. */
const DIFFERENT = 2;

/** `turso-sync verify` */
export function verifyCommand(): Subcommand<RemoteFlags & ReportFlags, 'verify'> {
  const command = withReportOptions(withRemoteOptions(new Command('verify')))
    .description('Compare the remote, as it is now, with the working copy.')
    .addHelpText(
      'after',
      '\nExit codes: 0 equal, 1 failed, 2 different.\n\nExample:\n  $ turso-sync verify && echo "all is there"',
    );
  return [
    command,
    'verify',
    async (project, { acceptRemote = false, ...flags }, { onEvent }) => {
      const options = { acceptRemote, onEvent };
      if (!wantsReport(flags)) return answerOf(project, await verify(project, options));
      return withVerified(project, options, async (result, source) => {
        const { text, ...answer } = answerOf(project, result);
        return { ...answer, text: await reportAnswer(flags, source, text) };
      });
    },
  ];
}

function answerOf(project: Project, result: VerifyResult): Answer<Results['verify']> {
  // The plan is in a file that goes.
  const { plan: _, ...told } = result;
  return {
    result: told,
    text: verifyText(result, result.remote ?? project.address().location),
    exitCode: result.outcome === 'equal' ? 0 : DIFFERENT,
    ending: verifyEnding(result),
  };
}
