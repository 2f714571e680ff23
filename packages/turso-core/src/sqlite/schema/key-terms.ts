import { quoteName } from '../values/quote';
import { declaredKey, keyColumns, type Table } from './schema';

/**
 * The columns of a table's key as SQL terms, compared as the key itself compares them: so at most one row equals.
 *
 * @param prefix - such as `t.`.
 */
export function keyTerms(table: Table, prefix = ''): string[] {
  return terms(table, keyColumns(table), prefix);
}

/** The columns of a table's declared key as SQL terms, as {@link keyTerms} has those of its key. */
export function declaredKeyTerms(table: Table, prefix = ''): string[] {
  return terms(table, declaredKey(table), prefix);
}

function terms(table: Table, columns: readonly string[], prefix: string): string[] {
  const collations = new Map(table.columns.map((c) => [c.name, c.keyCollation]));
  return columns.map((name) => {
    const collation = collations.get(name) ?? null;
    const term = `${prefix}${quoteName(name)}`;
    return collation === null ? term : `${term} COLLATE ${quoteName(collation)}`;
  });
}
