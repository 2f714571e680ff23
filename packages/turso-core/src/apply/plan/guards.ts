import type { ForeignKeyCheck } from '../../changeset/model';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';

/**
 * A statement that fails, and so takes its transaction back, unless a condition holds. There is no other way to make a
 * server stop in the middle of a batch: `json('x')` is an error, `json('1')` is none.
 */
export function guard(condition: string, args: Statement['args'] = []): Statement {
  return { sql: `SELECT json(iif(${condition}, '1', 'x'))`, args };
}

/** Fails unless the statement before changed exactly so many rows. */
export function guardChanges(count: number): Statement {
  return guard(`changes() = ${count}`);
}

/** Tables and views that must have nothing of a kind but what is expected; names. */
export interface Bare {
  /** They have no other triggers. */
  readonly untriggered: readonly string[];
  /** They have no other indexes. */
  readonly unindexed: readonly string[];
}

/** Fails unless these definitions are still the same, and the given tables and views have nothing but those. */
export function guardSchema(expected: readonly SchemaObject[], { untriggered, unindexed }: Bare): Statement {
  const wanted = JSON.stringify(expected.map((o) => [o.type, o.name, o.table, o.sql]));
  const named = (type: SchemaObject['type']): string =>
    JSON.stringify(expected.filter((o) => o.type === type).map((o) => o.name));
  return guard(
    `(SELECT count(*) FROM json_each(?) e JOIN sqlite_schema s ON s.type = e.value->>0 AND s.name = e.value->>1
        AND s.tbl_name = e.value->>2 AND s.sql = e.value->>3) = ${expected.length}
     AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger'
        AND tbl_name IN (SELECT value FROM json_each(?)) AND name NOT IN (SELECT value FROM json_each(?)))
     AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
        AND tbl_name IN (SELECT value FROM json_each(?)) AND name NOT IN (SELECT value FROM json_each(?)))`,
    [wanted, JSON.stringify(untriggered), named('trigger'), JSON.stringify(unindexed), named('index')],
  );
}

/** Starts the text by which {@link guardForeignKeys} names the rows that it found. */
const FOUND = 'foreign-key-violations:';

/** Rows that an error's message names, at most. */
const MOST_FOUND = 10_000;

/**
 * Fails when a table has rows without a parent, other than those that are known and meant. What it found stands in the
 * error's message, as the path that SQLite complains about: up to 10,000 rows, for {@link foundViolations}. Rows of WITHOUT
 * ROWID tables are not told apart, but counted.
 */
export function guardForeignKeys({ table, violations }: ForeignKeyCheck): Statement {
  const known = JSON.stringify(
    violations.map((v) => [v.rowid === null ? '' : String(v.rowid), v.parent, Number(v.key)]),
  );
  return {
    sql: `SELECT json_extract('{}', (
            SELECT iif(count(*) = 0, NULL, '${FOUND}' || json_group_array(json_array(?, id, parent, fkid))) FROM (
              SELECT f.id, f.parent, f.fkid FROM (
                SELECT coalesce(CAST("rowid" AS TEXT), '') AS id, parent, fkid, count(*) AS n
                FROM pragma_foreign_key_check(?) GROUP BY 1, 2, 3) f
              LEFT JOIN (
                SELECT value->>0 AS id, value->>1 AS parent, value->>2 AS fkid, count(*) AS n
                FROM json_each(?) GROUP BY 1, 2, 3) k ON k.id = f.id AND k.parent = f.parent AND k.fkid = f.fkid
              WHERE f.n > coalesce(k.n, 0) LIMIT ${MOST_FOUND})))`,
    args: [table, table, known],
  };
}

/**
 * Fails when tables that did not exist when the change was made have rows that refer to the given tables, and lack their
 * parent; see {@link guardForeignKeys}.
 */
export function guardNewForeignKeys(parents: readonly string[], known: readonly string[]): Statement {
  return {
    sql: `SELECT json_extract('{}', (
            SELECT iif(count(*) = 0, NULL, '${FOUND}' || json_group_array(json_array(name, id, parent, fkid))) FROM (
              SELECT s.name, coalesce(CAST(f."rowid" AS TEXT), '') AS id, f.parent, f.fkid
              FROM sqlite_schema s CROSS JOIN pragma_foreign_key_check(s.name) f
              WHERE s.type = 'table' AND s.rootpage > 0 AND s.name NOT IN (SELECT value FROM json_each(?))
                AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(s.name) l JOIN json_each(?) p
                  ON l."table" = p.value COLLATE NOCASE)
              LIMIT ${MOST_FOUND})))`,
    args: [JSON.stringify(known), JSON.stringify(parents)],
  };
}

/** A row without its parent, as {@link guardForeignKeys} found it on the other side. */
export interface FoundViolation {
  readonly table: string;
  readonly rowid: bigint | null;
  readonly parent: string;
}

/** The rows that an error's message names, or an empty list when it is another error. */
export function foundViolations(message: string): FoundViolation[] {
  const start = message.indexOf(FOUND);
  const end = message.lastIndexOf(']]');
  if (start < 0 || end < start) return [];
  // The message quotes the path as an SQL string does.
  const found = message.slice(start + FOUND.length, end + 2).replaceAll("''", "'");
  const rows = JSON.parse(found) as [string, string, string, number][];
  return rows.map(([table, rowid, parent]) => ({
    table,
    rowid: rowid === '' ? null : BigInt(rowid),
    parent,
  }));
}
