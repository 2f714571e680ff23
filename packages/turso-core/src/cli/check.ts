import { Command } from 'commander';
import { check } from '../commands/check';
import { checkText } from '../report/text';
import { jsonValue } from '../sqlite/values/json-value';
import type { Subcommand } from './commands';
import { REFUSED } from './policy-options';

/** `turso-sync check` */
export function checkCommand(): Subcommand<object, 'check'> {
  const command = new Command('check')
    .description('Run the checks of the project on the working copy: each query must return no row.')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed, 1 failed, 4 a check returned rows.\n\nExample:\n  $ turso-sync check && turso-sync push',
    );
  return [
    command,
    'check',
    async (project, _options, { onEvent }) => {
      const result = await check(project, { onEvent });
      const checks = result.checks.map((c) => ({ ...c, first: c.first.map((row) => row.map(jsonValue)) }));
      return {
        result: { ...result, checks },
        text: checkText(result),
        exitCode: result.outcome === 'passed' ? 0 : REFUSED,
      };
    },
  ];
}
