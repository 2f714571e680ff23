import { Option, type Command } from 'commander';

/** Exit code where both sides changed the same, and nothing was written. */
export const CONFLICT = 3;

/** Adds the options that say what to do where both sides changed the same. */
export function withConflictOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--on-conflict <side>',
        'resolve conflicts with your rows (ours) or theirs; fail writes nothing',
      )
        .choices(['fail', 'ours', 'theirs'])
        .default('fail'),
    )
    .addOption(
      new Option(
        '--merge <what>',
        'with cells, combine changes of different columns of a row; with never, treat even equal changes as a conflict',
      )
        .choices(['rows', 'cells', 'never'])
        .default('rows'),
    );
}
