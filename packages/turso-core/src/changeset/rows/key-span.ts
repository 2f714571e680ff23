import { keyTerms, rowValue } from '../../sqlite/schema/key-terms';
import type { Table } from '../../sqlite/schema/schema';
import { bindValues } from '../../sqlite/values/bind';
import { quoteValue } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { RowidRange } from '../pages/changed-ranges';

/** The values of a row's key. */
export type Key = readonly SqlValue[];

/** The rows of a table from one key to another, in the order of the key. */
export interface KeySpan {
  readonly first: Key;
  /** Whether the span includes the row of the first key. */
  readonly holdsFirst: boolean;
  /** The last key, included in the span. Null for all rows from the first on. */
  readonly last: Key | null;
}

/** Returns a range of rowids as a span of a rowid table. */
export function rowidSpan([first, last]: RowidRange): KeySpan {
  return { first: [first], holdsFirst: true, last: [last] };
}

/** A condition with placeholders, and their arguments. */
export interface Condition {
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/**
 * Returns the condition for rows within a span. Null stands for all rows.
 *
 * @param prefix - such as `t.`.
 */
export function isWithin(table: Table, prefix: string, span: KeySpan | null): Condition {
  if (span === null) return { sql: 'true', args: [] };
  const terms = rowValue(keyTerms(table, prefix));
  const first = bindValues(span.first);
  const from = rowValue(first.expressions);
  if (span.last === null)
    return { sql: `${terms} ${span.holdsFirst ? '>=' : '>'} ${from}`, args: first.args };
  const last = bindValues(span.last);
  const to = rowValue(last.expressions);
  return {
    sql: span.holdsFirst ? `${terms} BETWEEN ${from} AND ${to}` : `${terms} > ${from} AND ${terms} <= ${to}`,
    args: [...first.args, ...last.args],
  };
}

/** Returns the condition of {@link isWithin} without placeholders, for the rows from one key to another. */
export function isBetween(table: Table, first: Key, last: Key): string {
  const [from, to] = [first, last].map((key) => rowValue(key.map(quoteValue)));
  return `${rowValue(keyTerms(table))} BETWEEN ${from} AND ${to}`;
}
