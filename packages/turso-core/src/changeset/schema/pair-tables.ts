import type { Schema, Table } from '../../sqlite/schema/schema';
import { sqlTokens, unquote } from '../../sqlite/schema/sql-tokens';

/** A table that is in both databases, with another definition or under another name. */
export interface TablePair {
  readonly from: Table;
  readonly to: Table;
}

/**
 * Tells which tables were changed rather than dropped and made: those that keep their name, if in other letter case, and
 * those that are the same but for their name.
 */
export function pairChangedTables(before: Schema, after: Schema): TablePair[] {
  const isChanged = (t: Table, other: Schema): boolean =>
    t.kind !== 'virtual' && t.kind !== 'shadow' && other.tables.get(t.name)?.sql !== t.sql;
  const gone = new Set([...before.tables.values()].filter((t) => isChanged(t, after)));
  const fresh = [...after.tables.values()].filter((t) => isChanged(t, before));
  const pairs = new Map<Table, Table>();
  const pair = (find: (to: Table) => Table | undefined): void => {
    for (const to of fresh.filter((t) => !pairs.has(t))) {
      const from = find(to);
      if (from === undefined) continue;
      pairs.set(to, from);
      gone.delete(from);
    }
  };
  const only = (found: readonly Table[]): Table | undefined => (found.length === 1 ? found[0] : undefined);
  pair((to) => [...gone].find((from) => from.name === to.name));
  pair((to) => [...gone].find((from) => from.name.toLowerCase() === to.name.toLowerCase()));
  pair((to) => {
    // Its place is taken until virtual tables have gone.
    if (['virtual', 'shadow'].includes(before.tables.get(to.name)?.kind ?? '')) return undefined;
    const others = fresh.filter((t) => !pairs.has(t) && isRenamed(t, to));
    return others.length > 1 ? undefined : only([...gone].filter((from) => isRenamed(from, to)));
  });
  return fresh.flatMap((to) => {
    const from = pairs.get(to);
    return from === undefined ? [] : [{ from, to }];
  });
}

function isRenamed(from: Table, to: Table): boolean {
  return from.kind === to.kind && nameless(from) === nameless(to);
}

/** A definition without its table's name: behind CREATE TABLE, in foreign keys to itself, and before a column's name. */
function nameless({ sql, name }: Table): string {
  const tokens = sqlTokens(sql);
  const texts = tokens.map(({ text }, i) => {
    const isTable =
      i === 2 || tokens[i - 1]?.text.toLowerCase() === 'references' || tokens[i + 1]?.text === '.';
    return isTable && unquote(text).toLowerCase() === name.toLowerCase() ? null : text;
  });
  return JSON.stringify(texts);
}
