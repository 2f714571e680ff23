import { foldName } from './fold-name';
import type { SchemaObject } from './schema';

/**
 * Returns objects with each trigger's table or view under its own name. SQLite keeps the name from the trigger's text,
 * perhaps in another letter case. An index has the name of its table.
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
