import { createHash, randomBytes } from 'node:crypto';
import { quoteName } from './values/quote';

/** The prefix of the tables that `doctor`'s self-test creates on a remote, and removes. */
export const DOCTOR_PREFIX = 'turso_sync_doctor_';

/** The query for the names of all these tables. */
export const LIST_DOCTOR_TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${DOCTOR_PREFIX}*'`;

/** The number of seconds after which nobody uses such a table any more. */
const DEAD_AFTER = 600;

/**
 * Returns a unique table name for one self-test, with its owner and its start.
 *
 * @param owner - identifies the place of the self-test; the name has only a digest of it.
 * @param now - seconds since 1970, by the clock of the remote.
 */
export function nameDoctorTable(owner: string, now: number): string {
  return `${DOCTOR_PREFIX}${digestOf(owner)}_${Math.floor(now)}_${randomBytes(8).toString('hex')}`;
}

/** Checks whether a table is left from a finished self-test: an earlier one from here, or one that is long dead. */
export function isLeftover(name: string, owner: string, now: number): boolean {
  const [, whose, since] =
    /^turso_sync_doctor_([0-9a-f]{8})_(\d{1,12})_[0-9a-f]{16}(?:_receipt)?$/.exec(name) ?? [];
  return since !== undefined && (whose === digestOf(owner) || Number(since) + DEAD_AFTER < now);
}

/** Returns the name of the receipt for such a table. */
export function receiptOf(table: string): string {
  return `${table}_receipt`;
}

/** Returns the statement that removes such a table. */
export function dropDoctorTable(name: string): { readonly sql: string } {
  return { sql: `DROP TABLE IF EXISTS main.${quoteName(name)}` };
}

function digestOf(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 8);
}
