import type { ServerError, StepResult } from './hrana';

/**
 * When a step of a batch is carried out: by how an earlier one, told by its index, ended, or where no transaction is open,
 * which servers know from Hrana 3 on.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 */
export type Condition =
  | { readonly type: 'ok'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'is_autocommit' };

type Conditional<S> = S & { readonly condition?: Condition };

/** Every step on the condition that the one before succeeded. */
export function chain<S extends object>(statements: readonly S[]): Conditional<S>[] {
  return statements.map((statement, i) =>
    i === 0 ? statement : { ...statement, condition: { type: 'ok', step: i - 1 } },
  );
}

/**
 * A chain of the statements and a COMMIT, and a ROLLBACK where it did not come to that. So nothing depends on this process or
 * the network staying alive once the request is there: the server carries out all of it or nothing.
 */
export function chainToCommit<S extends object>(
  statements: readonly S[],
): Conditional<S | { readonly sql: string }>[] {
  const commit = statements.length;
  return [
    ...chain([...statements, { sql: 'COMMIT' }]),
    { sql: 'ROLLBACK', condition: { type: 'not', cond: { type: 'ok', step: commit } } },
  ];
}

/** A chain of the statements, and a ROLLBACK whatever came of it. */
export function chainToRollback<S extends object>(
  statements: readonly S[],
): Conditional<S | { readonly sql: string }>[] {
  return [...chain(statements), { sql: 'ROLLBACK' }];
}

/** The first step that has failed, and why. */
export function firstError(
  steps: readonly StepResult[],
): { readonly at: number; readonly error: ServerError } | undefined {
  for (const [at, result] of steps.entries())
    if (result !== null && 'error' in result) return { at, error: result.error };
  return undefined;
}

/** Whether a step was carried out. */
export function isDone(step: StepResult | undefined): boolean {
  return step !== null && step !== undefined && !('error' in step);
}
