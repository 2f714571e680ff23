import { randomBytes } from 'node:crypto';
import type { Statement } from './statement';
import { quoteName } from './values/quote';

/** The prefix of receipt names. */
export const RECEIPT_PREFIX = 'turso_sync_receipt_';

/**
 * Returns a unique name for a receipt. It includes the day, so others know when nobody can be waiting for it any more.
 */
export function nameReceipt(now = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  return `${RECEIPT_PREFIX}${day}_${randomBytes(16).toString('hex')}`;
}

/** Returns the age of a receipt in days, by its name; NaN for a name of anything else. */
export function receiptAge(name: string, now = new Date()): number {
  const [, year, month, day] = /^turso_sync_receipt_(\d{4})(\d\d)(\d\d)_[0-9a-f]{32}$/.exec(name) ?? [];
  return (now.getTime() - Date.parse(`${year}-${month}-${day}`)) / (24 * 3600 * 1000);
}

/**
 * Returns the statement that makes a receipt: a table left behind by a transaction, as proof that exactly this
 * transaction was committed. A second run of the same transaction fails here, and changes nothing.
 */
export function makeReceipt(name: string): Statement {
  return { sql: `CREATE TABLE main.${quoteName(name)}(made_at)` };
}

/** Returns the statement that removes a receipt, once another note says that the transaction was committed. */
export function dropReceipt(name: string): Statement {
  return { sql: `DROP TABLE IF EXISTS main.${quoteName(name)}` };
}

/** The query for the names of all receipts. */
export const LIST_RECEIPTS = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${RECEIPT_PREFIX}*'`;
