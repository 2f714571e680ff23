import type { SchemaChange } from '../model';

/** Names of the tables that go, to be recreated or not, and with them their indexes and triggers. */
export function tablesGoing(changes: readonly SchemaChange[]): string[] {
  return changes.flatMap((c) => {
    if (c.action === 'alter') return c.rebuilt ? [c.from.name] : [];
    return c.action === 'drop' && c.object.type === 'table' ? [c.object.name] : [];
  });
}
