import type { HranaResult, ServerError, StepResult } from './hrana';
import { notLibsql } from './http-errors';

/**
 * The condition of a step in a batch: the outcome of an earlier step, by its index, or no open transaction. Servers
 * know the latter from Hrana 3 on.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 */
export type Condition =
  | { readonly type: 'ok'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'is_autocommit' };

type Conditional<S> = S & { readonly condition?: Condition };

/** Makes each step depend on the success of the one before. */
export function chain<S extends object>(statements: readonly S[]): Conditional<S>[] {
  return statements.map((statement, i) =>
    i === 0 ? statement : { ...statement, condition: { type: 'ok', step: i - 1 } },
  );
}

/**
 * Chains the statements and a COMMIT, with a ROLLBACK if it fails. So once the request has arrived, nothing depends on
 * this process or the network: the server executes all or nothing.
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

/** Chains the statements, and a ROLLBACK in any case. */
export function chainToRollback<S extends object>(
  statements: readonly S[],
): Conditional<S | { readonly sql: string }>[] {
  return [...chain(statements), { sql: 'ROLLBACK' }];
}

/** Returns the steps in the answer to a batch. Throws REMOTE_NOT_LIBSQL for any other answer. */
export function stepsIn(result: HranaResult | undefined, location: string): readonly StepResult[] {
  if (result?.type !== 'batch') throw notLibsql(location, 'its answer to a batch is none');
  return result.steps;
}

/** Returns the first failed step, with its error. */
export function firstError(
  steps: readonly StepResult[],
): { readonly at: number; readonly error: ServerError } | undefined {
  for (const [at, result] of steps.entries())
    if (result !== null && 'error' in result) return { at, error: result.error };
  return undefined;
}

/** Checks whether a step was executed. */
export function isDone(step: StepResult | undefined): boolean {
  return step !== null && step !== undefined && !('error' in step);
}
