import type { Changeset } from './model';

/** Tables of which the remote computes something for every row, or whose rows no key tells apart. */
export function wholeTables({ schema, tables }: Changeset): Set<string> {
  const made = schema.filter(({ action, object }) => action !== 'drop' && /table|index/.test(object.type));
  const keyless = tables.filter((t) => !t.beforeSchema && t.key.length === 0);
  return new Set([...made.map(({ object }) => object.table), ...keyless.map((t) => t.table.name)]);
}
