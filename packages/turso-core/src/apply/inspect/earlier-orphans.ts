import type { Changeset } from '../../changeset/model';
import type { Query } from '../../sqlite/query';
import type { SqlValue } from '../../sqlite/values/values';
import { orphanName, selectOrphans, toOrphans, type Orphans } from '../statements/foreign-key-guards';
import type { Refusal } from './inspect-rules';
import { writes, type Write } from './written-rows';

/**
 * Returns the orphans that the target had before the push, of the tables with orphans after it. Tables have their names
 * from after the push.
 *
 * @param query - sees the target before any definition changes.
 */
export async function findEarlierOrphans(
  query: Query,
  { schema }: Changeset,
  found: readonly Orphans[],
): Promise<Orphans[]> {
  if (found.length === 0) return [];
  const altered = schema.filter((c) => c.action === 'alter');
  const before = (name: string): string => altered.find((c) => c.object.name === name)?.from.name ?? name;
  const after = (name: string): string =>
    altered.find((c) => c.from.name.toLowerCase() === name.toLowerCase())?.object.name ?? name;
  const { sql, args } = selectOrphans([...new Set(found.map((o) => before(o.table)))]);
  const all = (await query(sql, args)).map(toOrphans);
  const isAltered = (o: Orphans): boolean => altered.some((c) => c.object.name === o.table);
  const earlier = all.map((o) => ({ ...o, table: after(o.table), parent: after(o.parent) }));
  // A new definition may number its foreign keys in another order.
  const kept = found.filter(isAltered).flatMap((o) => {
    const same = earlier.filter(
      (e) => e.table === o.table && e.rowid === o.rowid && isSameName(e.parent, o.parent),
    );
    const rows = same.reduce((sum, e) => sum + e.rows, 0);
    return rows === 0 ? [] : [{ ...o, rows }];
  });
  return [...earlier.filter((o) => !isAltered(o)), ...kept];
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Returns the orphans caused by the push itself: it adds the row, or sets its reference to a missing parent. */
export async function orphansOfPush(
  query: Query,
  { changeset, remaining }: Pick<Refusal, 'changeset' | 'remaining'>,
  orphans: readonly Orphans[],
): Promise<Set<Orphans>> {
  const own = new Set<Orphans>();
  for (const name of new Set(orphans.map((o) => o.table))) {
    const changes = changeset.tables.find((t) => t.table.name === name && !t.beforeSchema);
    const rowid = changeset.foreignKeys.find((check) => check.table === name)?.rowid ?? 'rowid';
    const place = changes?.columns.indexOf(rowid) ?? -1;
    if (changes === undefined || place < 0) continue;
    const written = new Map<SqlValue, Write['change']>();
    for (const { change } of writes(changes, remaining)) written.set(change.new[place] ?? null, change);
    const keys = await query('SELECT id, "from" FROM pragma_foreign_key_list(?)', [name]);
    for (const orphan of orphans.filter((o) => o.table === name)) {
      const change = orphan.rowid === null ? undefined : written.get(orphan.rowid);
      const columns = keys.filter(([id]) => Number(id) === orphan.key).map(([, from]) => from);
      const isSet =
        change?.kind === 'insert' || change?.changed.some((i) => columns.includes(changes.columns[i] ?? ''));
      if (isSet === true) own.add(orphan);
    }
  }
  return own;
}

/** Returns the found orphans that are new, and the known ones of which the guard found more. */
export function orphansCaused(
  found: readonly Orphans[],
  { earlier, known }: { readonly earlier: readonly Orphans[]; readonly known: readonly Orphans[] },
): Orphans[] {
  const count = (orphans: readonly Orphans[]): Map<string, number> =>
    new Map(orphans.map((o) => [orphanName(o), o.rows]));
  const [before, expected] = [count(earlier), count(known)];
  return found.filter((o) => {
    const name = orphanName(o);
    return (before.get(name) ?? 0) <= (expected.get(name) ?? 0);
  });
}
