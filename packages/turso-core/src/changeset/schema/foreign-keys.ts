import type { Database } from '../../sqlite/files/sqlite';
import type { Schema } from '../../sqlite/schema/schema';
import type { ForeignKeyCheck, ForeignKeyViolation } from '../model';

/** The tables whose foreign keys a change of these may break, with what is broken already in the main database. */
export function diffForeignKeys(
  db: Database,
  after: Schema,
  touched: ReadonlySet<string>,
): ForeignKeyCheck[] {
  // Names in REFERENCES may be written in another letter case than the table's.
  const names = new Set([...touched].map((name) => name.toLowerCase()));
  const isTouched = (name: string): boolean => names.has(name.toLowerCase());
  return [...after.tables.values()]
    .filter((t) => t.parents.length > 0 && (isTouched(t.name) || t.parents.some(isTouched)))
    .flatMap((table) => {
      const violations = checkForeignKeys(db, table.name);
      const rowid = table.rowidAlias ?? table.rowid;
      return violations === null ? [] : [{ table: table.name, rowid, violations }];
    });
}

/** The rows that `PRAGMA foreign_key_check` finds, or null where the keys are declared so that nobody can check them. */
function checkForeignKeys(db: Database, table: string): ForeignKeyViolation[] | null {
  try {
    return db
      .prepare(`SELECT "rowid", parent, fkid AS key FROM temp.pragma_foreign_key_check(?, 'main')`)
      .safeIntegers()
      .all(table) as ForeignKeyViolation[];
  } catch (error) {
    // "foreign key mismatch": the parent has no such unique key, so no server enforces it either.
    if ((error as Error).message.includes('foreign key mismatch')) return null;
    throw error;
  }
}
