import type { Database } from '../../sqlite/files/sqlite';
import { declaredKeyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import type { RowChange, TableChanges } from '../model';
import { EVERYWHERE } from '../pages/changed-ranges';
import { keptMemory } from './kept-memory';
import { knownRows } from './known-rows';
import type { Place } from './row-diff';
import { rowAt } from './row-reader';

/** The table to compare, and its database. */
interface Comparison {
  readonly db: Database;
  readonly table: Table;
  readonly encoding: Encoding;
}

/** The changes of a table with a declared key and hidden rowids. */
export interface KeyedChanges extends TableChanges {
  /** Returns how many rows may differ only by their rowid. */
  readonly countMoved: () => number;
}

/**
 * Returns the changes of a table with a primary key and hidden rowids. INSERT OR REPLACE, or DELETE and INSERT, give a
 * row another rowid. The key shows that it is the same row, so it is updated. The rowid is one of the changed values.
 *
 * @param atRowids - the changes of rows with the same rowid, and deletes and inserts, except for rows noted in a
 *   table.
 */
export function withReplaced(
  comparison: Comparison,
  place: Place,
  atRowids: (except?: string) => TableChanges,
): KeyedChanges {
  let known: KeyedChanges | undefined;
  const changes = (): KeyedChanges => (known ??= find());
  const find = (): KeyedChanges => {
    const { pairs, count } = findPairs(comparison, place);
    const others = atRowids(count > 0 ? pairs : undefined);
    // Without a key, only its content identifies a renumbered row.
    const countUnnamed = (): number =>
      (['delete', 'update', 'insert'] as const).reduce((sum, kind) => sum + others.count(kind), 0);
    const countMoved = (): number => count + (hasUnnamed(comparison, place) ? countUnnamed() : 0);
    return { ...(count > 0 ? withPairs(comparison, place, others, { pairs, count }) : others), countMoved };
  };
  return {
    ...atRowids(),
    rows: (kind) => changes().rows(kind),
    count: (kind) => changes().count(kind),
    bulk: (kind, form) => changes().bulk(kind, form),
    countMoved: () => changes().countMoved(),
  };
}

/** Rows with another rowid than before. */
interface Pairs {
  /** A temporary table of their rowids before (`o`) and after (`n`). */
  readonly pairs: string;
  readonly count: number;
}

/** Adds the updates of replaced rows. */
function withPairs(
  { db, table, encoding }: Comparison,
  { older = BEFORE }: Place,
  others: TableChanges,
  { pairs, count }: Pairs,
): TableChanges {
  const [oldAt, newAt] = [older, 'main'].map((schema) => rowAt(db, table, { encoding, schema }));
  const replaced = knownRows({
    memory: keptMemory(db),
    *search() {
      const all = db.prepare(`SELECT o, n FROM ${pairs} ORDER BY o`).raw().safeIntegers();
      for (const [o, n] of all.iterate() as IterableIterator<[bigint, bigint]>) {
        const [old, now] = [oldAt?.(o) ?? [], newAt?.(n) ?? []];
        const changed = old.flatMap((value, i) => (sameValue(value, now[i] as SqlValue) ? [] : [i]));
        yield { kind: 'update', old, new: now, changed };
      }
    },
    count: () => count,
  });
  const updates: Iterable<RowChange> = {
    [Symbol.iterator]: () => replaced.rows('update')[Symbol.iterator](),
  };
  return {
    ...others,
    rows: (kind) => (kind === 'update' ? chain(others.rows(kind), updates) : others.rows(kind)),
    count: (kind) => others.count(kind) + (kind === 'update' ? count : 0),
    bulk(kind, form) {
      const pieces = others.bulk(kind, form);
      return pieces === null || kind !== 'update'
        ? pieces
        : chain(pieces, [{ count, set: others.columns.map((_, i) => i), rows: updates }]);
    },
  };
}

function* chain<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}

let tables = 0;

/** Notes the rowids of rows whose key is now at another rowid. */
function findPairs({ db, table }: Comparison, { older = BEFORE, ranges = EVERYWHERE }: Place): Pairs {
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
  return { pairs, count: ranges.reduce((sum, range) => sum + insert.run(...range).changes, 0) };
}

/** Checks whether any row has NULL in its key. */
function hasUnnamed({ db, table }: Comparison, { older = BEFORE }: Place): boolean {
  const conditions = declaredKey(table).map((name) => `${quoteName(name)} IS NULL`);
  const any = [older, 'main'].flatMap((schema) =>
    conditions.map((isNull) => `EXISTS (SELECT 1 FROM ${schema}.${quoteName(table.name)} WHERE ${isNull})`),
  );
  return (
    db
      .prepare(`SELECT ${any.join(' OR ')}`)
      .pluck()
      .get() === 1
  );
}
