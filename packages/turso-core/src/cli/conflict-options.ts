import { Option, type Command } from 'commander';

/** Exit code where both sides changed the same, and nothing was written. */
export const CONFLICT = 3;

/** Adds the options that say what to do where both sides changed the same. */
export function withConflictOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--on-conflict <side>', 'whose change of a row wins: fail writes nothing')
        .choices(['fail', 'ours', 'theirs'])
        .default('fail'),
    )
    .addOption(
      new Option(
        '--merge <what>',
        'cells combines changes of different columns of one row; never makes equal changes a conflict too',
      )
        .choices(['rows', 'cells', 'never'])
        .default('rows'),
    );
}
