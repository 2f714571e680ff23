import type { ForeignKeyCheck } from '../../changeset/model';
import { failingQuery } from '../../sqlite/failing-query';
import { integerOf, textOf, wholeNumber } from '../../sqlite/unexpected-answer';
import type { Statement } from '../../sqlite/statement';
import type { SqlValue } from '../../sqlite/values/values';

/** Rows without their parent, in the terms of SQLite's check. */
export interface Orphans {
  readonly table: string;
  /** The rowid; null for all rows of a WITHOUT ROWID table, because SQLite does not distinguish these. */
  readonly rowid: bigint | null;
  readonly parent: string;
  /** The number of the foreign key in the table, by SQLite's count. */
  readonly key: number;
  /** The number of rows: more than one only if the rowid is null. */
  readonly rows: number;
}

/** Starts the list of rows in a guard's message. */
const FOUND = 'foreign-key-violations:';

/** The maximum number of rows in an error's message. */
const MOST_FOUND = 10_000;

/** SQL for the fields that `foreign_key_check` gives for a row. Rows with equal fields are grouped. */
const ROW = `coalesce(CAST(f."rowid" AS TEXT), '') AS id, f.parent, f.fkid`;

/**
 * Fails if a table has unknown rows without a parent. Known ones are intended, or were there before. The findings stand
 * in the error's message, as the path that SQLite complains about. {@link foundOrphans} reads up to 10,000 rows from
 * it. Rows of WITHOUT ROWID tables are counted, not distinguished.
 */
export function guardForeignKeys(
  { table, violations }: ForeignKeyCheck,
  before: readonly Orphans[] = [],
): Statement {
  const meant = violations.map((v) => ({ ...v, table, key: Number(v.key), rows: 1 }));
  const known = knownOrphans(
    meant,
    before.filter((o) => o.table === table),
  );
  return {
    sql: failingOn(
      `SELECT ? AS name, ${ROW}, count(*) AS n FROM pragma_foreign_key_check(?) f GROUP BY 2, 3, 4`,
    ),
    args: [table, table, known],
  };
}

/**
 * Fails if tables newer than the change have rows without a parent that refer to the given tables; see
 * {@link guardForeignKeys}.
 */
export function guardNewForeignKeys(
  parents: readonly string[],
  tables: readonly string[],
  before: readonly Orphans[] = [],
): Statement {
  return {
    sql: failingOn(
      `SELECT s.name, ${ROW}, count(*) AS n
       FROM sqlite_schema s CROSS JOIN pragma_foreign_key_check(s.name) f
       WHERE s.type = 'table' AND s.rootpage > 0 AND s.name NOT IN (SELECT value FROM json_each(?))
         AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(s.name) l JOIN json_each(?) p
           ON l."table" = p.value COLLATE NOCASE)
       GROUP BY 1, 2, 3, 4`,
    ),
    args: [JSON.stringify(tables), JSON.stringify(parents), knownOrphans([], before)],
  };
}

/** Returns a query that fails, naming them, if it finds unknown orphans. The known ones are its last argument. */
function failingOn(found: string): string {
  return failingQuery(`
    SELECT iif(count(*) = 0, NULL, '${FOUND}' || json_group_array(json_array(name, id, parent, fkid))) FROM (
      SELECT f.name, f.id, f.parent, f.fkid FROM (${found}) f
      LEFT JOIN (SELECT value->>0 AS name, value->>1 AS id, value->>2 AS parent, value->>3 AS fkid, value->>4 AS n
        FROM json_each(?)) k ON k.name = f.name AND k.id = f.id AND k.parent = f.parent AND k.fkid = f.fkid
      WHERE f.n > coalesce(k.n, 0) LIMIT ${MOST_FOUND})`);
}

// Rows that SQLite does not distinguish may be the same in both lists.
function knownOrphans(meant: readonly Orphans[], before: readonly Orphans[]): string {
  const known = [countRows(meant), countRows(before)];
  const names = new Set(known.flatMap((counts) => [...counts.keys()]));
  const rows = [...names].map((name) => {
    const most = Math.max(...known.map((counts) => counts.get(name) ?? 0));
    return [...(JSON.parse(name) as unknown[]), most];
  });
  return JSON.stringify(rows);
}

function countRows(orphans: readonly Orphans[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const orphan of orphans) {
    const name = orphanName(orphan);
    counts.set(name, (counts.get(name) ?? 0) + orphan.rows);
  }
  return counts;
}

/** Returns the JSON that distinguishes orphans from others. */
export function orphanName({ table, rowid, parent, key }: Orphans): string {
  return JSON.stringify([table, rowid === null ? '' : String(rowid), parent, key]);
}

/** Returns the rows named in an error's message. An empty list for any other error, also one that only looks like it. */
export function foundOrphans(message: string): Orphans[] {
  const start = message.indexOf(FOUND);
  const end = message.lastIndexOf(']]');
  if (start < 0 || end < start) return [];
  // The message quotes the path like an SQL string.
  const found = message.slice(start + FOUND.length, end + 2).replaceAll("''", "'");
  try {
    return (JSON.parse(found) as unknown[][]).map(([table, id, parent, key]) =>
      toOrphans([table, id, parent, BigInt(key as number), 1n] as SqlValue[]),
    );
  } catch {
    // A server may shorten its messages, or say anything.
    return [];
  }
}

/** Returns a query for the present orphans of tables. {@link toOrphans} reads its rows. */
export function selectOrphans(tables: readonly string[]): {
  readonly sql: string;
  readonly args: readonly SqlValue[];
} {
  return {
    sql: `SELECT s.name, ${ROW}, count(*) FROM sqlite_schema s CROSS JOIN pragma_foreign_key_check(s.name) f
          WHERE s.type = 'table' AND s.name IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3, 4`,
    args: [JSON.stringify(tables)],
  };
}

/** Reads a row of {@link selectOrphans}. Throws REMOTE_NOT_LIBSQL. */
export function toOrphans([table, id, parent, key, rows]: readonly SqlValue[]): Orphans {
  return {
    table: textOf(table),
    rowid: id === '' ? null : integerOf(id),
    parent: textOf(parent),
    key: wholeNumber(key),
    rows: wholeNumber(rows),
  };
}
