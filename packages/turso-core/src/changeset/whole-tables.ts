import type { Changeset } from './model';

/**
 * Returns the tables with a value that the remote computes for every row, and those without a key to tell rows apart.
 */
export function wholeTables({ schema, tables }: Changeset): Set<string> {
  const made = schema.filter(({ action, object }) => action !== 'drop' && /table|index/.test(object.type));
  const keyless = tables.filter((t) => !t.beforeSchema && t.key.length === 0);
  return new Set([...made.map(({ object }) => object.table), ...keyless.map((t) => t.table.name)]);
}
