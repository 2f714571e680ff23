import { checkDefinition } from './check-definition';
import type { Exclude } from './exclude';
import { isCandidate, leftOutOf, type LeftOut } from './left-out';
import type { SchemaObject } from './schema';
import { withTriggerHosts } from './trigger-hosts';
import { exactProjection, exactRow } from '../values/exact-projection';
import type { Encoding } from '../values/values';
import type { Query } from '../query';

/** The definitions of a remote, and the left-out part of them. */
export interface CarriedObjects {
  readonly objects: readonly SchemaObject[];
  /** These, and the left-out objects if they are text. */
  readonly all: readonly SchemaObject[];
  readonly leftOut: LeftOut;
}

/**
 * Reads all carried objects that users' CREATE statements made on the remote, in the order of creation. Throws
 * DEFINITION_INVALID for text that is more than a definition.
 */
export async function readCarried(
  query: Query,
  encoding: Encoding,
  exclude: Exclude,
): Promise<CarriedObjects> {
  const rows = await query(
    `SELECT ${exactProjection(['type', 'name', 'tbl_name', 'sql'])} FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
  );
  const all = rows.map((row) => {
    const [type, name, table, sql] = exactRow(row, encoding) as [
      SchemaObject['type'],
      string,
      string,
      string,
    ];
    return { type, name, table, sql };
  });
  const leftOut = leftOutOf(all.filter(isCandidate), exclude);
  const objects = all.filter(({ table }) => typeof table !== 'string' || !leftOut.has(table));
  objects.forEach(checkDefinition);
  const isText = (o: SchemaObject): boolean => Object.values(o).every((value) => typeof value === 'string');
  return { objects: withTriggerHosts(objects), all: withTriggerHosts(all.filter(isText)), leftOut };
}

/** Reads the same with nothing excluded: a changeset never names excluded objects. */
export async function readObjects(query: Query, encoding: Encoding): Promise<readonly SchemaObject[]> {
  return (await readCarried(query, encoding, [])).objects;
}
