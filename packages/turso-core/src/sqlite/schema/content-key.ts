import { joinTerms } from '../join-terms';

/**
 * Returns an SQL expression for a row's values as one text. It is equal only for rows with equal storage classes and
 * bits.
 *
 * @param columns - SQL expressions.
 * @param most - the number of bytes to read of a TEXT or BLOB, beside its length.
 */
export function contentKey(columns: readonly string[], most?: number): string {
  return joinTerms(
    columns.map((column) => valueKey(column, most)),
    '||',
  );
}

function valueKey(column: string, most: number | undefined): string {
  const bytes = `CAST(${column} AS BLOB)`;
  const start = most === undefined ? bytes : `substr(${bytes},1,${most})`;
  const content = `hex(${start})||':'||length(${bytes})`;
  // The angle distinguishes -0.0 from 0.0.
  const real = `format('%!.17e',${column})||iif(${column}=0.0 AND atan2(${column},-1)<0,'-','')`;
  return `CASE typeof(${column}) WHEN 'text' THEN 't'||${content} WHEN 'integer' THEN 'i'||${column}
    WHEN 'null' THEN 'n' WHEN 'real' THEN 'r'||${real} ELSE 'b'||${content} END||','`;
}
