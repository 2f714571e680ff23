import { columnGroups } from '../../sqlite/column-groups';
import type { Database } from '../../sqlite/files/sqlite';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns, rowColumns, type Table } from '../../sqlite/schema/schema';
import { bindValues } from '../../sqlite/values/bind';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import type { ChangeKind, RowChange, TableChanges } from '../model';
import { keptMemory } from './kept-memory';
import { knownRows } from './known-rows';
import type { Place } from './row-diff';
import { changedFrom, sideOf, type Presence } from './row-queries';

/**
 * Finds the changed rows of a table too wide for a pair of rows in one result: SQLite allows 2,000 columns. It first
 * finds all their keys, then reads each row by some columns at a time.
 */
export function diffWide(
  db: Database,
  table: Table,
  presence: Presence,
  encoding: Encoding,
  { older = BEFORE, except }: Place = {},
): TableChanges {
  const columns = rowColumns(table);
  const names = keyColumns(table);
  const key = names.map((name) => columns.indexOf(name));
  const places = changedFrom({ table, presence, columns, older, except });
  const read = (schema: string, values: readonly SqlValue[]): SqlValue[] => {
    const { expressions, args } = bindValues(values);
    const where = keyTerms(table)
      .map((term, i) => `${term} = ${expressions[i] ?? ''}`)
      .join(' AND ');
    const from = `FROM ${schema}.${quoteName(table.name)} WHERE ${where}`;
    return columnGroups(columns).flatMap((group) => {
      const list = exactProjection(group.map(quoteName));
      const row = db
        .prepare(`SELECT ${list} ${from}`)
        .raw()
        .safeIntegers()
        .get(...args);
      return exactRow(row as SqlValue[], encoding);
    });
  };
  const search = function* (kind: ChangeKind): Generator<RowChange> {
    const from = places[kind];
    if (from === null) return;
    const side = `${sideOf(kind)}.`;
    const list = exactProjection(names.map((name) => `${side}${quoteName(name)}`));
    const sql = `SELECT ${list} ${from} ORDER BY ${keyTerms(table, side).join(',')}`;
    const keys = db.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<SqlValue[]>;
    for (const found of keys) {
      const values = exactRow(found, encoding);
      if (kind === 'delete') yield { kind, old: read(older, values) };
      else if (kind === 'insert') yield { kind, new: read('main', values) };
      else {
        const [old, now] = [read(older, values), read('main', values)];
        const changed = old.flatMap((value, i) => (sameValue(value, now[i] as SqlValue) ? [] : [i]));
        yield { kind, old, new: now, changed };
      }
    }
  };
  const count = (kind: ChangeKind): number => {
    const from = places[kind];
    return from === null ? 0 : (db.prepare(`SELECT count(*) ${from}`).pluck().get() as number);
  };
  // SQLite needs a second just to prepare a comparison of so many columns.
  const { rows, count: counted } = knownRows({ search, count, memory: keptMemory(db) });
  return { table, columns, key, beforeSchema: presence === 'before', rows, count: counted, bulk: () => null };
}
