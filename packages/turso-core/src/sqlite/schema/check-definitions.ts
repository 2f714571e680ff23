import { openReadOnly, readLeniently, using } from '../files/open';
import { definitionFlaw, invalidDefinition } from './check-definition';
import type { SchemaObject } from './schema';

/** Objects that SQLite makes itself and keeps under a reserved name. */
const INTERNAL = /^sqlite_(?:sequence|stat[1-4])$/;

/**
 * Checks every definition in a database file from elsewhere: it may hold any bytes. Call it before anything else reads
 * the file. Throws DEFINITION_INVALID.
 */
export function checkDefinitions(file: string): void {
  using(openReadOnly(file), (db) => {
    readLeniently(db);
    const select = 'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE sql IS NOT NULL';
    for (const object of db.prepare(select).iterate() as IterableIterator<SchemaObject>) {
      const flaw = definitionFlaw(object) ?? reservedFlaw(object);
      if (flaw !== null) throw invalidDefinition(object, flaw);
    }
  });
}

// No changeset has these names, so nobody would see these objects.
function reservedFlaw({ type, name }: SchemaObject): string | null {
  const isAllowed = !/^sqlite_/i.test(name) || (type === 'table' && INTERNAL.test(name));
  return isAllowed ? null : 'its name is reserved for SQLite';
}
