import { systemCode } from '../errors';
import type { Database } from './files/sqlite';
import type { Statement, TransactionOutcome } from './statement';
import { readValues } from './stored-values';

/** Options of {@link runAtomically}. */
export interface RunOptions {
  /** How to end the transaction. Default is to keep the changes. */
  readonly ending?: 'COMMIT' | 'ROLLBACK';
  /** Called with the number of each statement run. If it throws, the transaction is rolled back. */
  readonly onSent?: ((statement: number) => void) | undefined;
  /** Called before the transaction ends. If it throws, it is rolled back. */
  readonly onCommit?: (() => void) | undefined;
}

/**
 * Runs the statements on an open database in one write transaction: all of them, or nothing if one fails. Foreign keys
 * must be off already, because a transaction cannot change that. It takes over a transaction already begun. With
 * ROLLBACK, it returns the outcome that a commit would have had.
 */
export function runAtomically(
  db: Database,
  statements: readonly Statement[],
  { ending = 'COMMIT', onSent, onCommit }: RunOptions = {},
): TransactionOutcome {
  if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
  let at = 0;
  // Only then, an error is the statement's.
  let isRunning = false;
  try {
    for (const statement of statements) {
      isRunning = true;
      runStatement(db, statement);
      isRunning = false;
      onSent?.(at);
      at++;
    }
    onCommit?.();
    db.exec(ending);
    return { committed: true };
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    if (!isRunning) throw error;
    return { committed: false, failed: at, code: systemCode(error), message: (error as Error).message };
  }
}

/** Runs one statement, and reads its answer to the end. */
export function runStatement(db: Database, { sql, args = [] }: Statement): void {
  const statement = db.prepare(sql);
  const values = readValues(args);
  if (statement.reader) statement.all(...values);
  else statement.run(...values);
}
