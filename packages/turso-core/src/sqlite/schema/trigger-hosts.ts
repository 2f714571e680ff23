import { foldName } from './fold-name';
import type { SchemaObject } from './schema';

/**
 * Objects with the table or view of each trigger by its own name. SQLite keeps what a trigger says of it, which may be in
 * other letters; an index has the name of its table.
 */
export function withTriggerHosts(objects: readonly SchemaObject[]): SchemaObject[] {
  const hosts = new Map(objects.filter(isHost).map(({ name }) => [foldName(name), name]));
  return objects.map((object) => {
    const host = object.type === 'trigger' ? hosts.get(foldName(object.table)) : undefined;
    return host === undefined || host === object.table ? object : { ...object, table: host };
  });
}

function isHost({ type }: SchemaObject): boolean {
  return type === 'table' || type === 'view';
}
