import { checkOptions, type OptionKinds } from '../check-options';
import type { SqlValue } from '../sqlite/values/values';
import type { RowLists } from './database';
import type { ArrayRows, LiveRow, ObjectRows } from './live';

/** The rows of an answer, and the names of their columns, in the mode that the caller asked for. */
export type InMode<T extends RowLists> = Omit<T, keyof RowLists> & {
  readonly columns: readonly string[];
  readonly rows: (SqlValue[] | LiveRow)[];
};

/** Returns what changes answers into the mode that the caller asked for. Throws USAGE for an unknown mode. */
export function rowMode(call: string, options: unknown): <T extends RowLists>(answer: T) => InMode<T> {
  checkOptions(call, options, KINDS);
  const { rowMode: mode = 'object' } = (options ?? {}) as ArrayRows | ObjectRows;
  return mode === 'array' ? (answer) => answer : withObjects;
}

const KINDS: OptionKinds<ArrayRows> = { rowMode: ['object', 'array'] };

function withObjects<T extends RowLists>(answer: T): InMode<T> {
  const columns = distinct(answer.columns);
  return { ...answer, columns, rows: answer.rows.map((values) => objectOf(columns, values)) };
}

function objectOf(columns: readonly string[], values: readonly SqlValue[]): LiveRow {
  const row: LiveRow = {};
  for (const [i, column] of columns.entries()) {
    const value = values[i] as SqlValue;
    // An assignment would replace the prototype of the row.
    if (column === '__proto__') Object.defineProperty(row, column, { ...PLAIN, value });
    else row[column] = value;
  }
  return row;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

/** Returns the names, with a number behind each that repeats an earlier one. */
function distinct(columns: readonly string[]): readonly string[] {
  const all = new Set(columns);
  if (all.size === columns.length) return columns;
  const seen = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let n = 1; seen.has(name); n++) if (!all.has(`${column}:${n}`)) name = `${column}:${n}`;
    all.add(name);
    seen.add(name);
    return name;
  });
}
