import { joinTerms } from '../../sqlite/join-terms';
import type { Column } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { CarriedColumn } from './carried-columns';
import type { TablePair } from './pair-tables';

/**
 * Returns the condition for rows with a text that would become a double, or a double that would become a text. Versions of SQLite
 * differ in the bits and digits. Null if the table can have no such row.
 */
export function inexactRows({ from, to }: TablePair, carried: readonly CarriedColumn[]): string | null {
  const column = (columns: readonly Column[], name: string): Column | undefined =>
    columns.find((c) => c.name === name);
  const terms = carried.flatMap((c) => {
    const [old, now] = [column(from.columns, c.from), column(to.columns, c.to)];
    const [was, becomes] = [affinity(old), affinity(now)];
    // ANY is without affinity in STRICT tables alone.
    const isSame = was === becomes && now?.type.toUpperCase() !== 'ANY';
    if (isSame || becomes === 'BLOB') return [];
    const name = quoteName(c.from);
    if (becomes === 'TEXT') return [`typeof(${name})='real'`];
    // Up to 15 digits are an integer, exactly, and a double, exactly.
    const isInteger = `length(${name})<=15 AND ${name} NOT GLOB '*[^0-9]*'`;
    return [`typeof(${name})='text' AND ${name} GLOB '*[0-9]*' AND NOT (${isInteger})`];
  });
  if (terms.length === 0) return null;
  const alternatives = terms.map((term) => `(${term})`);
  return joinTerms(alternatives, 'OR');
}

/** What a column's declared type does to values: https://sqlite.org/datatype3.html#determination_of_column_affinity */
function affinity(column: Column | undefined): 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC' {
  const type = column?.type.toUpperCase() ?? 'INTEGER';
  if (type.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT';
  if (type === '' || type.includes('BLOB')) return 'BLOB';
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'NUMERIC';
}
