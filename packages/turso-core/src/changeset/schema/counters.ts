import { quoteString } from '../../sqlite/values/quote';

/**
 * SQL that puts a table's counter out of the way while rows are inserted: those that got their rowid by an update have not
 * moved it.
 */
export function keepCounter(table: string): string {
  return `UPDATE sqlite_sequence SET name=${quoteString(KEPT + table)} WHERE name=${quoteString(table)}`;
}

/** SQL that brings it back. */
export function restoreCounter(table: string): string[] {
  return [
    `DELETE FROM sqlite_sequence WHERE name=${quoteString(table)}`,
    `UPDATE sqlite_sequence SET name=${quoteString(table)} WHERE name=${quoteString(KEPT + table)}`,
  ];
}

const KEPT = 'turso_sync_staging_counter ';
