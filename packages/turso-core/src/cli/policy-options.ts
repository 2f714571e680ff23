import type { Command } from 'commander';

/** Exit code of what the project's policy refuses; nothing was written. */
export const REFUSED = 4;

/** Adds the option that names exceptions from the policy. */
export function withPolicyOptions(command: Command): Command {
  return command.option(
    '--allow <rule[:table]>',
    'let the push break a rule of the policy, of one table or of all; may be repeated',
    (exception: string, others: readonly string[] | undefined) => [...(others ?? []), exception],
  );
}
