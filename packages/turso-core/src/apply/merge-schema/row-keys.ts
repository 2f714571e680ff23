import { declaredKey, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { SourceTable } from './merged-schema';

/** A table in an SQL query, with the name of its attached database and its alias in the query. */
export interface Placed extends SourceTable {
  readonly place: string;
  readonly alias: string;
}

/** Returns the table for a FROM clause. */
export function placedSql({ place, alias, table }: Placed): string {
  return `${place}.${quoteName(table.name)} ${alias}`;
}

/**
 * Returns the columns that identify a row in all databases, by their merged names. Returns `rowid` if the rowid
 * identifies rows, and an empty list if nothing does.
 */
export function matchColumnsOf({ table, columns }: SourceTable): readonly string[] | 'rowid' {
  const declared = declaredKey(table);
  if (declared.length === 0) return table.rowid === null ? [] : 'rowid';
  return [...columns].filter(([, own]) => declared.includes(own)).map(([name]) => name);
}

/** Returns the term for a column of a table in a query; null if the table has no such column. */
export function columnTerm({ alias, table, columns }: Placed, name: string): string | null {
  const own = columns.get(name);
  return own === undefined || !table.columns.some((c) => c.name === own)
    ? null
    : `${alias}.${quoteName(own)}`;
}

/** Returns the term for the rowid of a table in a query; null if it has no rowid with a usable name. */
export function rowidTerm({ alias, table }: Placed): string | null {
  const name = rowidName(table);
  return name === null ? null : `${alias}.${quoteName(name)}`;
}

function rowidName(table: Table): string | null {
  return table.withoutRowid ? null : (table.rowidAlias ?? table.rowid);
}

/** Returns the terms that identify a row of a table; null if it lacks one of them. */
export function keyTermsIn(base: SourceTable, of: Placed): string[] | null {
  const match = matchColumnsOf(base);
  const terms = match === 'rowid' ? [rowidTerm(of)] : match.map((name) => columnTerm(of, name));
  return terms.length === 0 || terms.includes(null) ? null : (terms as string[]);
}

/** Returns the condition that two rows are the same row; null if nothing identifies them. */
export function keyTermsOf(base: SourceTable, a: Placed, b: Placed): string | null {
  const [left, right] = [keyTermsIn(base, a), keyTermsIn(base, b)];
  if (left === null || right === null) return null;
  return left.map((term, i) => `${term} = ${right[i]}`).join(' AND ');
}

/** Returns the condition that two values differ in storage class or bytes. */
export function differs(a: string, b: string): string {
  return `(+${a} COLLATE BINARY IS NOT +${b} OR typeof(${a}) IS NOT typeof(${b}))`;
}
