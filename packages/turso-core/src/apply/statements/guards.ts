import { guard } from '../../sqlite/guard';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';

/** Fails unless the previous statement changed exactly this number of rows. */
export function guardChanges(count: number): Statement {
  return guard(`changes() = ${count}`);
}

/** Names of tables and views without unexpected objects of a kind. */
export interface Bare {
  /** These have no other triggers. */
  readonly untriggered: readonly string[];
  /** These have no other indexes. */
  readonly unindexed: readonly string[];
}

/** Fails unless these definitions are unchanged, and the given tables and views have no other triggers or indexes. */
export function guardSchema(expected: readonly SchemaObject[], { untriggered, unindexed }: Bare): Statement {
  const wanted = JSON.stringify(expected.map((o) => [o.type, o.name, o.table, o.sql]));
  const named = (type: SchemaObject['type']): string =>
    JSON.stringify(expected.filter((o) => o.type === type).map((o) => o.name));
  // A trigger may write its table's name in another letter case.
  return guard(
    `(SELECT count(*) FROM json_each(?) e JOIN sqlite_schema s ON s.type = e.value->>0 AND s.name = e.value->>1
        AND s.tbl_name COLLATE NOCASE = e.value->>2 AND s.sql = e.value->>3) = ${expected.length}
     AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger'
        AND tbl_name COLLATE NOCASE IN (SELECT value FROM json_each(?)) AND name NOT IN (SELECT value FROM json_each(?)))
     AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
        AND tbl_name COLLATE NOCASE IN (SELECT value FROM json_each(?)) AND name NOT IN (SELECT value FROM json_each(?)))`,
    [wanted, JSON.stringify(untriggered), named('trigger'), JSON.stringify(unindexed), named('index')],
  );
}
