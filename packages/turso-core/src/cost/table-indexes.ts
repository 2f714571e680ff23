import type { Database } from '../sqlite/files/sqlite';
import { foldName } from '../sqlite/schema/fold-name';
import type { Table } from '../sqlite/schema/schema';
import { indexParts } from '../sqlite/schema/computed';
import { sqlTokens, unquote } from '../sqlite/schema/sql-tokens';

/** The facts about an index that affect the cost of writing a row. */
export interface IndexFacts {
  readonly name: string;
  /** Whether a CREATE INDEX statement created it, rather than a constraint of the table. */
  readonly isDeclared: boolean;
  /** The columns it reads, as folded names; null if it may read any. */
  readonly columns: ReadonlySet<string> | null;
  /** The condition of a partial index, in brackets; else null. */
  readonly condition: string | null;
}

/**
 * Reads the indexes of a table. Leaves out the primary key of a WITHOUT ROWID table, because it is the table itself.
 */
export function readIndexes(db: Database, table: Table): IndexFacts[] {
  const rows = db
    .prepare(
      `SELECT l.name, l.origin, s.sql FROM temp.pragma_index_list(?, 'main') l
       LEFT JOIN main.sqlite_schema s ON s.type = 'index' AND s.name = l.name`,
    )
    .all(table.name) as { name: string; origin: 'c' | 'u' | 'pk'; sql: string | null }[];
  return rows
    .filter(({ origin }) => !(origin === 'pk' && table.withoutRowid))
    .map(({ name, sql }) => {
      const { terms, where } = indexParts(sql ?? '');
      const words = sqlTokens([...terms, where ?? ''].join(' ')).map(({ text }) => unquote(text));
      return {
        ...{ name, isDeclared: sql !== null, condition: where },
        columns: columnsOf(db, table, name, words),
      };
    });
}

/** Checks whether an update of these columns rewrites an index. */
export function isTouched({ columns }: IndexFacts, set: readonly string[]): boolean {
  return columns === null || set.some((name) => columns.has(foldName(name)));
}

function columnsOf(
  db: Database,
  table: Table,
  index: string,
  words: readonly string[],
): ReadonlySet<string> | null {
  const named = db
    .prepare(`SELECT name FROM temp.pragma_index_xinfo(?, 'main') WHERE "key" = 1 AND name IS NOT NULL`)
    .pluck()
    .all(index) as string[];
  const columns = new Set([...named, ...words].map(foldName));
  // The source columns of a generated column are not examined.
  return table.columns.some((c) => c.generated && columns.has(foldName(c.name))) ? null : columns;
}
