import { createHash, randomBytes } from 'node:crypto';
import { quoteName } from './values/quote';

/** How the names begin of tables that the self-test of `doctor` makes on a remote, and removes. */
export const DOCTOR_PREFIX = 'turso_sync_doctor_';

/** The query that lists the names of all such tables. */
export const LIST_DOCTOR_TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${DOCTOR_PREFIX}*'`;

/** Seconds after which nobody can be at work on such a table any more. */
const DEAD_AFTER = 600;

/**
 * Names the table of one self-test: nobody else has the name, and it tells whose it is and since when.
 *
 * @param owner - what tells where the self-test runs; only a digest of it is in the name.
 * @param now - seconds since 1970, by the clock of the remote.
 */
export function nameDoctorTable(owner: string, now: number): string {
  return `${DOCTOR_PREFIX}${digestOf(owner)}_${Math.floor(now)}_${randomBytes(8).toString('hex')}`;
}

/** Whether a table is left from a self-test that has ended: one that ran here before, or one that is long dead. */
export function isLeftover(name: string, owner: string, now: number): boolean {
  const [, whose, since] =
    /^turso_sync_doctor_([0-9a-f]{8})_(\d{1,12})_[0-9a-f]{16}(?:_receipt)?$/.exec(name) ?? [];
  return since !== undefined && (whose === digestOf(owner) || Number(since) + DEAD_AFTER < now);
}

/** The name of a receipt that goes with such a table. */
export function receiptOf(table: string): string {
  return `${table}_receipt`;
}

/** The statement that removes such a table. */
export function dropDoctorTable(name: string): { readonly sql: string } {
  return { sql: `DROP TABLE IF EXISTS main.${quoteName(name)}` };
}

function digestOf(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 8);
}
