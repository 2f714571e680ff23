import type { Database } from '../../sqlite/files/sqlite';
import { declaredKey, keyColumns, type Column } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { TablePair } from '../../changeset/schema/pair-tables';

/**
 * Matches the columns of a table before and after a change, by their names before. A new column in the place of a
 * missing one of the same kind counts as renamed, unless the values contradict.
 *
 * @param after - the name of the later attached database; the earlier one is `base`.
 */
export function matchColumns(db: Database, { from, to }: TablePair, after: string): Map<string, string> {
  const matched = new Map<string, string>();
  const free = new Set(to.columns.map((c) => c.name));
  const take = (old: Column, now: Column): void => {
    matched.set(old.name, now.name);
    free.delete(now.name);
  };
  for (const isSame of [(a: string, b: string) => a === b, isAlike]) {
    for (const old of from.columns.filter((c) => !matched.has(c.name))) {
      const now = to.columns.find((c) => free.has(c.name) && isSame(c.name, old.name));
      if (now !== undefined) take(old, now);
    }
  }
  for (const [place, now] of to.columns.entries()) {
    if (!free.has(now.name)) continue;
    const old = predecessor({ from, to }, place, matched);
    if (old === undefined || matched.has(old.name) || kindOf(old) !== kindOf(now)) continue;
    if (holdSame(db, { from, to }, { old: old.name, now: now.name, after, matched })) take(old, now);
  }
  return matched;
}

function isAlike(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Returns the earlier column in the same place, counted from the column in front of it. */
function predecessor(
  { from, to }: TablePair,
  place: number,
  matched: ReadonlyMap<string, string>,
): Column | undefined {
  const front = to.columns[place - 1];
  if (front === undefined) return from.columns[0];
  const at = from.columns.findIndex((c) => matched.get(c.name) === front.name);
  return at < 0 ? undefined : from.columns[at + 1];
}

function kindOf({ name: _, ...column }: Column): string {
  return JSON.stringify(column);
}

interface Candidate {
  readonly old: string;
  readonly now: string;
  readonly after: string;
  readonly matched: ReadonlyMap<string, string>;
}

/** Checks whether two columns match in at least half of the rows common to both tables. */
function holdSame(db: Database, { from, to }: TablePair, { old, now, after, matched }: Candidate): boolean {
  const declared = declaredKey(from);
  const keys = declared.length > 0 ? declared : keyColumns(from);
  const isRowid = declared.length === 0;
  const terms = keys.map((key) => {
    const there = isRowid ? (to.rowidAlias ?? to.rowid) : key === old ? now : matched.get(key);
    return there === null || there === undefined ? null : `b.${quoteName(key)} = a.${quoteName(there)}`;
  });
  if (terms.length === 0 || terms.includes(null)) return true;
  const [before, later] = [`b.${quoteName(old)}`, `a.${quoteName(now)}`];
  const row = db
    .prepare(
      `SELECT count(*) AS rows, total(${before} IS ${later}) AS same
       FROM base.${quoteName(from.name)} b JOIN ${after}.${quoteName(to.name)} a ON ${terms.join(' AND ')}`,
    )
    .get() as { rows: number; same: number };
  return row.same * 2 >= row.rows;
}
