import type { Database } from 'better-sqlite3';
import { quoteName } from '../local/quote';
import type { Table } from '../local/schema';
import { sameRow, type SqlValue } from '../local/values';

/** Whether a table has other rows in the two attached databases, or the same in another order. */
export function differsInScanOrder(db: Database, table: Table, schemas: readonly [string, string]): boolean {
  // Text as its bytes, so that invalid text compares too.
  const list = table.columns
    .filter((c) => !c.generated)
    .map(({ name }) => quoteName(name))
    .map((c) => `iif(typeof(${c})='text',hex(CAST(${c} AS BLOB)),${c})`);
  const [first, second] = schemas.map(
    (schema) =>
      db
        .prepare(`SELECT ${list.join(',')} FROM ${schema}.${quoteName(table.name)} NOT INDEXED`)
        .raw()
        .safeIntegers()
        .iterate() as IterableIterator<SqlValue[]>,
  ) as [IterableIterator<SqlValue[]>, IterableIterator<SqlValue[]>];
  try {
    for (;;) {
      const [a, b] = [first.next(), second.next()];
      if (a.done === true || b.done === true) return a.done !== b.done;
      if (!sameRow(a.value, b.value)) return true;
    }
  } finally {
    first.return?.();
    second.return?.();
  }
}

/** Whether a table has rows. */
export function hasAnyRow(db: Database, table: Table, schema: string): boolean {
  return db.prepare(`SELECT 1 FROM ${schema}.${quoteName(table.name)} LIMIT 1`).get() !== undefined;
}
