import { newRow, oldRow } from '../../changeset/change-rows';
import { CHANGE_KINDS, type RowChange, type TableChanges } from '../../changeset/model';
import { quoteName, quoteValues } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import { isComparable, rowKey, wanted } from '../statements/copies-statements';
import { joinSources } from '../statements/join-sources';
import { RowBatcher } from '../statements/row-batcher';
import type { RowSource } from '../statements/row-source';

type Row = readonly SqlValue[];

/** A delete or an update. */
export type Removal = Exclude<RowChange, { kind: 'insert' }>;

/**
 * Finds rows without a key by their content, if they are under other hidden rowids now. Of equal rows, only the surplus
 * counts as moved: those beyond the number expected if the missing rows were gone.
 *
 * @param missing - changes of rows that are not in their old place.
 * @returns for each of them the row to change instead, or undefined if there is none.
 */
export async function findMoved(
  query: Query,
  changes: TableChanges,
  missing: readonly Removal[],
): Promise<(Row | undefined)[]> {
  if (missing.length === 0 || changes.countBefore === undefined) return missing.map(() => undefined);
  const content = { ...changes, columns: changes.columns.slice(1) };
  const groups = new Map<string, Removal[]>();
  for (const change of missing) {
    if (!isComparable(content.columns.length, change.old.slice(1))) continue;
    const name = nameOf(change);
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  const firsts = [...groups.values()].map((group) => (group[0] as Removal).old.slice(1));
  const there = await rowidsOfContent(query, changes, firsts);
  const counts = changes.countBefore(
    firsts,
    there.map((rowids) => rowids.length),
  );
  const ours = placesByContent(changes, groups, oldRow);
  const written = placesByContent(changes, groups, newRow);
  const moved = new Map<Removal, Row>();
  [...groups].forEach(([name, group], i) => {
    const known = new Set(group.map((change) => change.old[0]));
    const all = ours.get(name) ?? [];
    // Rows in the places of our new rows are those new rows, not old rows that moved.
    const taken = new Set([...all.filter((rowid) => !known.has(rowid)), ...(written.get(name) ?? [])]);
    const free = (there[i] ?? []).filter((rowid) => !taken.has(rowid));
    const staying = (counts[i] ?? 0) - all.length;
    const surplus = free.slice(0, Math.max(0, free.length - staying));
    group.slice(0, surplus.length).forEach((change, n) => {
      moved.set(change, [surplus[n] as bigint, ...change.old.slice(1)]);
    });
  });
  return missing.map((change) => moved.get(change));
}

function nameOf(change: Removal): string {
  return contentName(change.old);
}

function contentName(row: Row): string {
  return quoteValues(row.slice(1));
}

/** Returns the target's hidden rowids for each content, latest first. A content is a row without its rowid. */
export async function rowidsOfContent(
  query: Query,
  changes: TableChanges,
  rows: readonly Row[],
): Promise<bigint[][]> {
  const content = { ...changes, columns: changes.columns.slice(1) };
  const found: bigint[][] = rows.map(() => []);
  const sources: RowSource[] = [];
  const batcher = new RowBatcher(content.columns.length + 1, (source) => sources.push(source));
  rows.forEach((row, index) => {
    if (isComparable(content.columns.length, row)) batcher.add([...row, BigInt(index)]);
  });
  batcher.flush();
  const id = `t.${quoteName(changes.columns[0] ?? '')}`;
  // Materialized, because SQLite then looks contents up by an automatic index instead of comparing each with each.
  const list = `w AS MATERIALIZED (${wanted(content)}) SELECT w.n, ${id} FROM main.${quoteName(content.table.name)} t
    CROSS JOIN w ON w.k = ${rowKey(content, 't')} ORDER BY ${id} DESC`;
  for (const { sql, args } of joinSources(sources)) {
    for (const [index, place] of await query(`${sql}, ${list}`, args))
      found[Number(index)]?.push(place as bigint);
  }
  return found;
}

/** Returns the rowids of all rows that the changes remove or add, by content. */
function placesByContent(
  changes: TableChanges,
  groups: ReadonlyMap<string, unknown>,
  rowOf: (change: RowChange) => Row | null,
): Map<string, SqlValue[]> {
  const places = new Map<string, SqlValue[]>();
  for (const kind of CHANGE_KINDS) {
    for (const change of changes.rows(kind)) {
      const row = rowOf(change);
      const name = row === null ? '' : contentName(row);
      if (row === null || !groups.has(name)) continue;
      const list = places.get(name) ?? [];
      list.push(row[0] ?? null);
      places.set(name, list);
    }
  }
  return places;
}
