import { guard } from '../sqlite/guard';
import type { HranaStep } from './hrana';

/**
 * Returns steps that fail outside a transaction, for servers without that condition. Inside a transaction, SQLite
 * ignores a change of `foreign_keys`.
 *
 * @param isEnforced - whether foreign keys are enforced in the transaction.
 * @see https://sqlite.org/pragma.html#pragma_foreign_keys
 */
export function inTransaction(isEnforced: boolean): HranaStep[] {
  const now = isEnforced ? 1 : 0;
  return [{ sql: `PRAGMA foreign_keys = ${1 - now}`, wantRows: false }, enforces(now)];
}

/** Returns a step that fails unless the enforcement of foreign keys has this state. */
export function enforces(now: 0 | 1): HranaStep {
  return { ...guard(`(SELECT foreign_keys FROM pragma_foreign_keys) = ${now}`), wantRows: false };
}
