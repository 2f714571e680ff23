import type { Table } from './schema';
import { sqlTokens } from './sql-tokens';

/** Checks whether SQLite keeps the highest rowid that a table ever had: AUTOINCREMENT. */
export function isCounted({ rowidAlias, sql }: Pick<Table, 'rowidAlias' | 'sql'>): boolean {
  return rowidAlias !== null && sqlTokens(sql).some(({ text }) => text.toLowerCase() === 'autoincrement');
}
