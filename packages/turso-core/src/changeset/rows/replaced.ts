import type { Database } from '../../sqlite/files/sqlite';
import { declaredKeyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import type { ChangeKind, RowChange, TableChanges } from '../model';
import { EVERYWHERE } from '../pages/changed-ranges';
import { knownRows } from './known-rows';
import type { Place } from './row-diff';
import { rowAt } from './row-reader';

/** What is compared. */
interface Comparison {
  readonly db: Database;
  readonly table: Table;
  readonly encoding: Encoding;
  /** The changes when rows are paired by their rowid. */
  readonly byRowid: TableChanges;
}

/**
 * Changes of a table with a primary key and hidden rowids. INSERT OR REPLACE, or DELETE and INSERT, give a row another
 * rowid: such a row is updated, since its key says that it is the same row. The rowid is one of the values that change.
 */
export function withReplaced(comparison: Comparison, place: Place = {}): TableChanges {
  let known: TableChanges | undefined;
  const changes = (): TableChanges => (known ??= paired(comparison, place) ?? comparison.byRowid);
  return {
    ...comparison.byRowid,
    rows: (kind) => changes().rows(kind),
    count: (kind) => changes().count(kind),
    bulk: (kind, form) => changes().bulk(kind, form),
  };
}

/** The changes with replaced rows as updates, or null if there are none. */
function paired(comparison: Comparison, place: Place): TableChanges | null {
  const { db, table, encoding, byRowid } = comparison;
  const { older = BEFORE } = place;
  const pairs = findPairs(comparison, place);
  if (pairs === null) return null;
  const isPaired = (side: 'o' | 'n'): ((row: readonly SqlValue[]) => boolean) => {
    const find = db.prepare(`SELECT 1 FROM ${pairs} WHERE ${side} = ?`).pluck();
    return (row) => find.get(row[0]) === 1;
  };
  const [isOld, isNew] = [isPaired('o'), isPaired('n')];
  const [oldAt, newAt] = [older, 'main'].map((schema) => rowAt(db, table, { encoding, schema }));
  const key = declaredKey(table).map((name) => byRowid.columns.indexOf(name));

  function* search(kind: ChangeKind): Generator<RowChange> {
    for (const change of byRowid.rows(kind)) {
      if (change.kind === 'delete' && !isOld(change.old)) yield change;
      if (change.kind === 'insert' && !isNew(change.new)) yield change;
      if (change.kind !== 'update') continue;
      // A row that has kept its key has kept its rowid.
      const isOther = change.changed.some((i) => key.includes(i));
      if (!isOther || (!isOld(change.old) && !isNew(change.new))) yield change;
    }
    if (kind === 'update') yield* replacedRows();
    else yield* halves(kind);
  }

  /** Rowids that another row has now: what becomes of each of the two is told by its own key. */
  function* halves(kind: 'delete' | 'insert'): Generator<RowChange> {
    for (const change of byRowid.rows('update')) {
      if (change.kind !== 'update' || !change.changed.some((i) => key.includes(i))) continue;
      const [wasPaired, nowPaired] = [isOld(change.old), isNew(change.new)];
      if (wasPaired === nowPaired) continue;
      if (kind === 'delete' && nowPaired) yield { kind, old: change.old };
      if (kind === 'insert' && wasPaired) yield { kind, new: change.new };
    }
  }

  function* replacedRows(): Generator<RowChange> {
    const all = db.prepare(`SELECT o, n FROM ${pairs} ORDER BY o`).raw().safeIntegers();
    for (const [o, n] of all.iterate() as IterableIterator<[bigint, bigint]>) {
      const [old, now] = [oldAt?.(o) ?? [], newAt?.(n) ?? []];
      const changed = old.flatMap((value, i) => (sameValue(value, now[i] as SqlValue) ? [] : [i]));
      yield { kind: 'update', old, new: now, changed };
    }
  }

  const count = (kind: ChangeKind): number =>
    byRowid.count(kind) + difference(comparison, { pairs, older })[kind];
  const { rows, count: counted } = knownRows({ search, count });
  return { ...byRowid, rows, count: counted, bulk: () => null };
}

let tables = 0;

/** Notes in a temporary table the rowids before and after of rows that were replaced. Null if there are none. */
function findPairs({ db, table }: Comparison, { older = BEFORE, ranges = EVERYWHERE }: Place): string | null {
  const name = quoteName(table.name);
  const rowid = quoteName(table.rowid ?? '');
  const sameKey = (a: string, b: string): string => {
    const [left, right] = [declaredKeyTerms(table, `${a}.`), declaredKeyTerms(table, `${b}.`)];
    return left.map((term, i) => `${term} = ${right[i]}`).join(' AND ');
  };
  const pairs = `temp.${quoteName(`turso-sync replaced ${++tables}`)}`;
  db.exec(`CREATE TABLE ${pairs}(o INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE)`);
  const insert = db.prepare(
    `INSERT INTO ${pairs} SELECT o.${rowid}, n.${rowid}
     FROM ${older}.${name} o LEFT JOIN main.${name} s ON s.${rowid} = o.${rowid}
     CROSS JOIN main.${name} n ON ${sameKey('n', 'o')}
     WHERE o.${rowid} BETWEEN ? AND ? AND (${sameKey('s', 'o')}) IS NOT TRUE AND n.${rowid} <> o.${rowid}`,
  );
  const found = ranges.reduce((sum, range) => sum + insert.run(...range).changes, 0);
  return found > 0 ? pairs : null;
}

/** How many more changes of each kind there are than when rows are paired by their rowid. */
function difference(
  { db, table }: Comparison,
  { pairs, older }: { readonly pairs: string; readonly older: string },
): Readonly<Record<ChangeKind, number>> {
  const rowid = quoteName(table.rowid ?? '');
  const has = (schema: string, side: 'o' | 'n'): string =>
    `EXISTS (SELECT 1 FROM ${schema}.${quoteName(table.name)} t WHERE t.${rowid} = p.${side})`;
  const inPairs = (side: 'o' | 'n', of: 'o' | 'n'): string =>
    `EXISTS (SELECT 1 FROM ${pairs} q WHERE q.${side} = p.${of})`;
  const row = db
    .prepare(
      `SELECT count(*), coalesce(sum(${has('main', 'o')}), 0), coalesce(sum(${has(older, 'n')}), 0),
         coalesce(sum(${has('main', 'o')} AND NOT ${inPairs('n', 'o')}), 0),
         coalesce(sum(${has(older, 'n')} AND NOT ${inPairs('o', 'n')}), 0) FROM ${pairs} p`,
    )
    .raw()
    .get() as [number, number, number, number, number];
  const [all, reused, taken, onlyOld, onlyNew] = row;
  return {
    delete: onlyNew - (all - reused),
    insert: onlyOld - (all - taken),
    update: all - reused - onlyNew,
  };
}
