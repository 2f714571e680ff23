import type { Database } from '../../sqlite/files/sqlite';
import { declaredKey, type Schema, type Table } from '../../sqlite/schema/schema';
import { pairChangedTables, type TablePair } from '../../changeset/schema/pair-tables';
import { matchColumns } from './match-columns';
import { columnTerm, keyTermsOf, placedSql, type Placed } from './row-keys';

/** Matches the tables before and after changes of definitions: all except virtual tables, by their names before. */
export function matchTables(
  db: Database,
  before: Schema,
  after: Schema,
  side: 'ours' | 'theirs',
): TablePair[] {
  const isOrdinary = ({ kind }: Table): boolean => kind !== 'virtual' && kind !== 'shadow';
  const changed = pairChangedTables(before, after).filter((p) => isOrdinary(p.from) && isOrdinary(p.to));
  const same = [...before.tables.values()].filter(isOrdinary).flatMap((from): TablePair[] => {
    const to = after.tables.get(from.name);
    return to?.sql === from.sql && isOrdinary(to) ? [{ from, to }] : [];
  });
  const pairs = [...same, ...changed];
  const gone = [...before.tables.values()].filter((t) => isOrdinary(t) && !pairs.some((p) => p.from === t));
  const fresh = [...after.tables.values()].filter((t) => isOrdinary(t) && !pairs.some((p) => p.to === t));
  const alike = gone
    .flatMap((from) => fresh.map((to) => ({ from, to })))
    .filter((pair) => holdsSame(db, pair, side));
  const isOnly = ({ from, to }: TablePair): boolean =>
    alike.filter((p) => p.from === from || p.to === to).length === 1;
  return [...pairs, ...alike.filter(isOnly)];
}

/**
 * Checks whether another table holds at least half of the rows of a missing one, with at least half of their values.
 */
function holdsSame(db: Database, pair: TablePair, side: 'ours' | 'theirs'): boolean {
  const { from, to } = pair;
  const matched = matchColumns(db, pair, side);
  if (matched.size === 0 || matched.size * 2 < from.columns.length) return false;
  const names = [...matched.keys()];
  const before: Placed = {
    place: 'base',
    alias: 'b',
    table: from,
    columns: new Map(names.map((n) => [n, n])),
  };
  const after: Placed = { place: side, alias: 'a', table: to, columns: matched };
  const key = keyTermsOf(before, before, after);
  const others = names.filter((name) => !declaredKey(from).includes(name));
  if (key === null || others.length === 0) return false;
  const same = others
    .map((name) => `(${columnTerm(before, name)} IS ${columnTerm(after, name)})`)
    .join(' + ');
  const row = db
    .prepare(
      `SELECT (SELECT count(*) FROM ${placedSql(before)}) AS rows, count(*) AS kept
       FROM ${placedSql(before)} JOIN ${placedSql(after)} ON ${key} WHERE (${same}) * 2 >= ${others.length}`,
    )
    .get() as { rows: number; kept: number };
  return row.rows > 0 && row.kept * 2 >= row.rows;
}
