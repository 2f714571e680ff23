import type { Changeset } from '../model';

/** Names of tables, and those that they get where a changeset gives them others. */
export function underNewNames(tables: Iterable<string>, { schema }: Pick<Changeset, 'schema'>): string[] {
  const known = new Set(tables);
  const altered = schema.filter((c) => c.action === 'alter' && known.has(c.from.name));
  return [...known, ...altered.map((c) => c.object.name)];
}
