import { systemCode } from '../errors';
import type { Database } from './files/sqlite';
import type { Statement, TransactionOutcome } from './statement';
import { readValues } from './stored-values';

/** What {@link runAtomically} may be told. */
export interface RunOptions {
  /** Default is to keep what they do. */
  readonly ending?: 'COMMIT' | 'ROLLBACK';
  /** Told of each statement that has been run, by its number. */
  readonly onSent?: ((statement: number) => void) | undefined;
}

/**
 * Runs the statements on an open database in one write transaction: all of them, or nothing where one fails. Foreign keys
 * must be off already, since that cannot be changed inside a transaction; one that is begun already is taken over. Ended by ROLLBACK, the outcome
 * is what it would have been.
 */
export function runAtomically(
  db: Database,
  statements: readonly Statement[],
  { ending = 'COMMIT', onSent }: RunOptions = {},
): TransactionOutcome {
  if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
  let at = 0;
  try {
    for (const statement of statements) {
      runStatement(db, statement);
      onSent?.(at);
      at++;
    }
    db.exec(ending);
    return { committed: true };
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    if (at === statements.length) throw error;
    return { committed: false, failed: at, code: systemCode(error), message: (error as Error).message };
  }
}

/** Runs one statement, and reads what it answers to the end. */
export function runStatement(db: Database, { sql, args = [] }: Statement): void {
  const statement = db.prepare(sql);
  const values = readValues(args);
  if (statement.reader) statement.all(...values);
  else statement.run(...values);
}
