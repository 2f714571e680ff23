import { guard } from '../../sqlite/guard';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';

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
  // Of a trigger, it is the name as the trigger writes it, which may be in other letters.
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
