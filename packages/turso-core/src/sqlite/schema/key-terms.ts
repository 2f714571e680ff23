import { quoteName } from '../values/quote';
import { declaredKey, keyColumns, type Table } from './schema';
import { isWord, sqlTokens } from './sql-tokens';

/**
 * The columns of a table's key as SQL terms, compared as the key itself compares them: so at most one row equals.
 *
 * @param prefix - such as `t.`.
 */
export function keyTerms(table: Table, prefix = ''): string[] {
  return terms(table, keyColumns(table), prefix);
}

/**
 * The same as the operand of IN, in brackets if there are several. SQLite finds such a row by its index only if no collation stands there, so
 * none does if each column is compared in the key as it is anywhere.
 */
export function keyOperand(table: Table): string {
  const [term = '', ...others] = keyTerms(table);
  if (others.length === 0) return term;
  const terms = hasOwnCollations(table) ? keyColumns(table).map(quoteName) : [term, ...others];
  return `(${terms.join()})`;
}

/** Whether a key of several columns names no collation, so that it compares them by their own. */
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
