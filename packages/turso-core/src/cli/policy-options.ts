import type { Command } from 'commander';
import { wholeNumber } from './whole-number';

/** Exit code of what the project's policy refuses; nothing was written. */
export const REFUSED = 4;

/** Adds the options that go beyond the policy: a limit, and exceptions. */
export function withPolicyOptions(command: Command): Command {
  return command
    .option(
      '--max-rows-written <rows>',
      'refuse the push if the server would write more rows, including index entries',
      wholeNumber,
    )
    .option(
      '--allow <rule[:table]>',
      'let the push break this rule of the policy, for one table or for all; may be repeated',
      (exception: string, others: readonly string[] | undefined) => [...(others ?? []), exception],
    );
}
