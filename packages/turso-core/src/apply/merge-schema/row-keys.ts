import { declaredKey, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { SourceTable } from './merged-schema';

/** A table in an SQL query: the name under which its database is attached, and that of the table in the query. */
export interface Placed extends SourceTable {
  readonly place: string;
  readonly alias: string;
}

/** A table as it stands in a FROM clause. */
export function placedSql({ place, alias, table }: Placed): string {
  return `${place}.${quoteName(table.name)} ${alias}`;
}

/**
 * The columns by which a row is known in all databases, in their merged names; `rowid` where that is what tells rows apart,
 * and empty where nothing does.
 */
export function matchColumnsOf({ table, columns }: SourceTable): readonly string[] | 'rowid' {
  const declared = declaredKey(table);
  if (declared.length === 0) return table.rowid === null ? [] : 'rowid';
  return [...columns].filter(([, own]) => declared.includes(own)).map(([name]) => name);
}

/** A column, or the rowid, of a table in a query; null where it has none that can be named. */
export function columnTerm({ alias, table, columns }: Placed, name: string): string | null {
  const own = columns.get(name);
  return own === undefined || !table.columns.some((c) => c.name === own)
    ? null
    : `${alias}.${quoteName(own)}`;
}

/** The rowid of a table in a query, or null where it has none that can be named. */
export function rowidTerm({ alias, table }: Placed): string | null {
  const name = rowidName(table);
  return name === null ? null : `${alias}.${quoteName(name)}`;
}

function rowidName(table: Table): string | null {
  return table.withoutRowid ? null : (table.rowidAlias ?? table.rowid);
}

/** Terms by which a row is found, of one table; null where it lacks one of them. */
export function keyTermsIn(base: SourceTable, of: Placed): string[] | null {
  const match = matchColumnsOf(base);
  const terms = match === 'rowid' ? [rowidTerm(of)] : match.map((name) => columnTerm(of, name));
  return terms.length === 0 || terms.includes(null) ? null : (terms as string[]);
}

/** The condition that two rows are the same one; null where nothing tells. */
export function keyTermsOf(base: SourceTable, a: Placed, b: Placed): string | null {
  const [left, right] = [keyTermsIn(base, a), keyTermsIn(base, b)];
  if (left === null || right === null) return null;
  return left.map((term, i) => `${term} = ${right[i]}`).join(' AND ');
}

/** The condition that a value is another one, by storage class or bytes. */
export function differs(a: string, b: string): string {
  return `(+${a} COLLATE BINARY IS NOT +${b} OR typeof(${a}) IS NOT typeof(${b}))`;
}
