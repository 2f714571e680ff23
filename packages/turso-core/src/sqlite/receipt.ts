import { randomBytes } from 'node:crypto';
import type { Statement } from './statement';
import { quoteName } from './values/quote';

/** How the names of receipts begin. */
export const RECEIPT_PREFIX = 'turso_sync_receipt_';

/** A name that no other receipt has. It tells the day, so that others know when nobody can be waiting for it any more. */
export function nameReceipt(now = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  return `${RECEIPT_PREFIX}${day}_${randomBytes(16).toString('hex')}`;
}

/** How many days ago a receipt was named; NaN for a name that is none of a receipt. */
export function receiptAge(name: string, now = new Date()): number {
  const [, year, month, day] = /^turso_sync_receipt_(\d{4})(\d\d)(\d\d)_[0-9a-f]{32}$/.exec(name) ?? [];
  return (now.getTime() - Date.parse(`${year}-${month}-${day}`)) / (24 * 3600 * 1000);
}

/**
 * Makes a receipt: a table that a transaction leaves behind, so that it proves that just this transaction was committed.
 * A second run of the same transaction fails here, and changes nothing.
 */
export function makeReceipt(name: string): Statement {
  return { sql: `CREATE TABLE main.${quoteName(name)}(made_at)` };
}

/** Removes a receipt, once it is noted elsewhere that the transaction was committed. */
export function dropReceipt(name: string): Statement {
  return { sql: `DROP TABLE IF EXISTS main.${quoteName(name)}` };
}

/** The query that lists the names of all receipts. */
export const LIST_RECEIPTS = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${RECEIPT_PREFIX}*'`;
