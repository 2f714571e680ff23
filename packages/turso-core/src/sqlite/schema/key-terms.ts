import { quoteName } from '../values/quote';
import { declaredKey, keyColumns, type Table } from './schema';
import { isWord, sqlTokens } from './sql-tokens';

/**
 * Returns the columns of a table's key as SQL terms. They compare like the key itself, so at most one row is equal.
 *
 * @param prefix - for example `t.`.
 */
export function keyTerms(table: Table, prefix = ''): string[] {
  return terms(table, keyColumns(table), prefix);
}

/**
 * Returns the same as the operand of IN, in brackets if there are several. SQLite finds such a row by its index only
 * without collations in the operand. Collations are left out if the key compares each column by its own collation.
 */
export function keyOperand(table: Table): string {
  const columns = keyColumns(table);
  const isPlain = columns.length > 1 && hasOwnCollations(table);
  return rowValue(isPlain ? columns.map(quoteName) : keyTerms(table));
}

/** Returns one term as it is, or several in brackets. */
export function rowValue(terms: readonly string[]): string {
  return terms.length === 1 ? (terms[0] ?? '') : `(${terms.join()})`;
}

/** Checks whether a key of several columns names no collation. It then compares them by their own. */
export function hasOwnCollations(table: Table): boolean {
  if (!table.columns.some((c) => c.keyCollation !== null)) return true;
  const tokens = sqlTokens(table.sql);
  // A key of several columns is a constraint of the table.
  const start = tokens.findIndex(
    (token, i) => isWord(token, 'primary') && isWord(tokens[i + 1], 'key') && tokens[i + 2]?.text === '(',
  );
  const end = tokens.findIndex((token, i) => i > start && token.text === ')');
  return start >= 0 && !tokens.slice(start, end).some((token) => isWord(token, 'collate'));
}

/** Returns the columns of a table's declared key as SQL terms, like {@link keyTerms} for its key. */
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
