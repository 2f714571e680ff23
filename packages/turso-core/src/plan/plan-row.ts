import { sqlValues } from '../sqlite/values/json-value';
import type { SqlValue } from '../sqlite/values/values';
import type { ChangeKind } from '../changeset/model';
import type { PlanRow, PlanValues } from './plan';
import { unreadable, type TableEntry } from './plan-file';

type Entries = readonly (readonly [column: string, value: SqlValue])[];

/** Returns the row in a line of a plan's file. Throws CHANGES_UNREADABLE. */
export function planRow(file: string, entry: TableEntry, kind: ChangeKind, written: unknown): PlanRow {
  const { table, columns, key } = entry;
  const flaw = (): Error =>
    unreadable(file, `this is not a row of "${table}": ${JSON.stringify(written).slice(0, 60)}`);
  const entries = (names: readonly string[], list: unknown): Entries => {
    const values = valuesOf(list, names.length, flaw);
    return names.map((name, i) => [name, values[i] as SqlValue]);
  };
  const { row, copies, key: told, set } = (written ?? {}) as Record<string, unknown>;
  if (kind === 'update') {
    const keys = entries(key, told);
    const known = [...keys, ...(row === undefined ? [] : entries(columns, row))];
    const changes = changesOf(set, flaw);
    const side = (at: 0 | 1): PlanValues =>
      objectOf(columns, [...known, ...changes.map(([name, pair]) => [name, pair[at] as SqlValue] as const)]);
    const changed = changes.map(([name]) => name);
    return { kind, table, key: objectOf(key, keys), columns: changed, old: side(0), new: side(1) };
  }
  const all = entries(columns, copies === undefined ? written : row);
  const values = objectOf(columns, all);
  return {
    ...{ kind, table, key: objectOf(key, all), columns: [] },
    ...(kind === 'delete' ? { old: values, new: null } : { old: null, new: values }),
    ...(copies === undefined ? {} : { copies: copiesOf(copies, flaw) }),
  };
}

/**
 * Returns the known columns as an object, in the order of the columns. The last entry of a column counts. A column may
 * be called `__proto__`.
 */
function objectOf(columns: readonly string[], entries: Entries): PlanValues {
  const known = new Map(entries);
  return Object.fromEntries(
    columns.filter((name) => known.has(name)).map((name) => [name, known.get(name) as SqlValue]),
  );
}

function changesOf(set: unknown, flaw: () => Error): (readonly [string, readonly SqlValue[]])[] {
  if (typeof set !== 'object' || set === null) throw flaw();
  return Object.entries(set).map(([column, pair]) => [column, valuesOf(pair, 2, flaw)]);
}

function valuesOf(list: unknown, count: number, flaw: () => Error): SqlValue[] {
  const values = sqlValues(list, count);
  if (values === null) throw flaw();
  return values;
}

function copiesOf(copies: unknown, flaw: () => Error): { from: number; to: number } {
  const [from, to] = (Array.isArray(copies) ? copies : []) as unknown[];
  if (!Number.isInteger(from) || !Number.isInteger(to)) throw flaw();
  return { from: from as number, to: to as number };
}
