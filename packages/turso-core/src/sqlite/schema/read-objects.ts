import { checkDefinition } from './check-definition';
import type { SchemaObject } from './schema';
import { withTriggerHosts } from './trigger-hosts';
import { isCarried } from './left-out';
import { exactProjection, exactRow } from '../values/exact-projection';
import type { Encoding } from '../values/values';
import type { Query } from '../query';

/**
 * Everything that a user's CREATE statement made on the remote, in the order of its making. Throws DEFINITION_INVALID for text
 * that is more than a definition.
 */
export async function readObjects(query: Query, encoding: Encoding): Promise<SchemaObject[]> {
  const rows = await query(
    `SELECT ${exactProjection(['type', 'name', 'tbl_name', 'sql'])} FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND ${isCarried()} ORDER BY rowid`,
  );
  const objects = rows.map((row) => {
    const [type, name, table, sql] = exactRow(row, encoding) as [
      SchemaObject['type'],
      string,
      string,
      string,
    ];
    const object = { type, name, table, sql };
    checkDefinition(object);
    return object;
  });
  return withTriggerHosts(objects);
}
