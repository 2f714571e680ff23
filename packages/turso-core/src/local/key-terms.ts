import { quoteName } from './quote';
import { keyColumns, type Table } from './schema';

/**
 * The columns of a table's key as SQL terms, compared as the key itself compares them: so at most one row equals.
 *
 * @param prefix - such as `t.`.
 */
export function keyTerms(table: Table, prefix = ''): string[] {
  const collations = new Map(table.columns.map((c) => [c.name, c.keyCollation]));
  return keyColumns(table).map((name) => {
    const collation = collations.get(name) ?? null;
    const term = `${prefix}${quoteName(name)}`;
    return collation === null ? term : `${term} COLLATE ${quoteName(collation)}`;
  });
}
