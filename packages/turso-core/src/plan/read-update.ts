import { declaredKeyTerms, keyTerms } from '../sqlite/schema/key-terms';
import { declaredKey, hasHiddenRowid } from '../sqlite/schema/schema';
import { sameValue, type SqlValue } from '../sqlite/values/values';
import type { RowChange } from '../changeset/model';
import { findRow } from './find-row';
import type { TableFile } from './read-rows';

type Row = readonly SqlValue[];

/** A changed column, before and after a push. */
interface Pair {
  readonly place: number;
  readonly from: SqlValue;
  readonly to: SqlValue;
}

/** An update as written in a file. */
export interface WrittenUpdate {
  /** The parsed JSON. */
  readonly written: unknown;
  /** The key before the push. */
  readonly keyValues: Row;
  readonly pairs: readonly Pair[];
  /** The row before the push, if the file has it. */
  readonly whole: Row | null;
}

/** The functions to read values, and to make the error for anything else. */
export interface Parser {
  /** Reads this many values, or throws. */
  readonly values: (written: unknown, list: unknown, count: number) => SqlValue[];
  readonly flaw: (written: unknown) => Error;
}

/**
 * Returns a function to turn written updates into changes. The record of a push has only the changed values of a row,
 * and its identification: its key, or the whole row if its rowid is hidden. The rest comes from the database.
 */
export function updateReader(source: TableFile, parser: Parser): (update: WrittenUpdate) => RowChange {
  const { key, columns } = { key: source.key, columns: source.entry.columns };
  const [here, becomes] = source.isInverse ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const isHidden = hasHiddenRowid(source.table);
  const byKey = findRow(source, keyTerms(source.table, 't.'));
  const byName = source.isWhole || !isHidden ? () => null : nameFinder(source);
  const update = (row: Row, pairs: readonly Pair[], rest = pairs): RowChange => ({
    kind: 'update',
    old: withSide(row, pairs, here),
    new: withSide(row, rest, becomes),
    changed: rest.map(({ place }) => place),
  });

  return ({ written, keyValues, pairs, whole }) => {
    if (whole === null) {
      // Another row may have the rowid by now.
      if (isHidden) throw parser.flaw(written);
      // An update may change the key. If it is taken back, the row has the new key.
      const keyHere = key.map(
        (place, i) => pairs.find((p) => p.place === place)?.[here] ?? keyValues[i] ?? null,
      );
      return update(byKey(keyHere) ?? onlyKey(columns.length, key, keyHere), pairs);
    }
    const sought = withSide(whole, pairs, here);
    const there = byName(sought);
    if (there === null) return update(whole, pairs);
    const isWhereItWas = key.every((place) => sameValue(there[place] as SqlValue, sought[place] as SqlValue));
    if (isWhereItWas) return update(there, pairs);
    // It keeps its present hidden rowid, unless nothing else changes.
    const named = pairs.filter(({ place }) => !key.includes(place));
    return update(there, named, named.length > 0 ? named : pairs);
  };
}

/** Returns a function to read the updates of a file. */
export function updateParser(
  { entry: { columns }, key }: TableFile,
  { values, flaw }: Parser,
): (written: unknown) => WrittenUpdate {
  const places = new Map(columns.map((column, place) => [column, place]));
  return (written) => {
    const { key: told, set, row } = (written ?? {}) as { key?: unknown; set?: unknown; row?: unknown };
    const keyValues = values(written, told, key.length);
    if (typeof set !== 'object' || set === null) throw flaw(written);
    const whole = row === undefined ? null : values(written, row, columns.length);
    const isAsShown = (place: number, from: SqlValue): boolean =>
      whole === null || sameValue(whole[place] as SqlValue, from);
    if (!key.every((place, i) => isAsShown(place, keyValues[i] as SqlValue))) throw flaw(written);
    const pairs: Pair[] = [];
    for (const column of Object.keys(set)) {
      const [from, to] = values(written, (set as Record<string, unknown>)[column], 2) as [SqlValue, SqlValue];
      const place = places.get(column);
      if (place === undefined || !isAsShown(place, from)) throw flaw(written);
      const i = key.indexOf(place);
      if (i >= 0 && !sameValue(keyValues[i] as SqlValue, from)) throw flaw(written);
      pairs.push({ place, from, to });
    }
    if (pairs.length === 0) throw flaw(written);
    return { written, keyValues, pairs, whole };
  };
}

function withSide(row: Row, pairs: readonly Pair[], side: 'from' | 'to'): Row {
  const other = [...row];
  for (const pair of pairs) other[pair.place] = pair[side];
  return other;
}

/**
 * Returns a function to find the database's row with the same declared key, at any rowid. It returns null if the table
 * has no such key.
 */
function nameFinder(source: TableFile): (row: Row) => Row | null {
  const { table, entry } = source;
  const places = declaredKey(table).map((name) => entry.columns.indexOf(name));
  if (places.length === 0) return () => null;
  const find = findRow(source, declaredKeyTerms(table, 't.'));
  return (row) => find(places.map((place) => row[place] ?? null));
}

function onlyKey(count: number, key: readonly number[], values: Row): Row {
  const row: SqlValue[] = Array.from({ length: count }, () => null);
  key.forEach((place, i) => (row[place] = values[i] ?? null));
  return row;
}
