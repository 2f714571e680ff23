import { guard } from '../../sqlite/guard';
import { UPLOAD_PREFIX } from '../../sqlite/upload-prefix';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';

/** The statements on an upload table, for the values of one large push. */
export interface UploadTable {
  readonly create: readonly Statement[];
  /** Notes that the push is active, by the server's clock. */
  readonly touch: Statement;
  insert(id: number, value: string | Uint8Array): Statement;
  /** Fails unless the table still belongs to this push, with as many values. */
  guard(values: number): Statement;
  /** SQL for the value with the bound number. */
  readonly value: string;
  readonly drop: Statement;
}

/** Special rows, with ids apart from those of values. */
const OWNER = -1;
const TOUCHED = -2;

/** Seconds of inactivity until a push counts as dead. */
const DEAD_AFTER = 3600;

/** Seconds since 1970, by the server's clock. */
const NOW = "CAST(strftime('%s', 'now') AS INTEGER)";

/** Creates the statements on the table of an upload. */
export function createUploadTable(upload: string): UploadTable {
  const table = quoteName(`${UPLOAD_PREFIX}${upload}`);
  const drop = { sql: `DROP TABLE IF EXISTS ${table}` };
  const owner = `(SELECT value FROM ${table} WHERE id = ${OWNER})`;
  const count = `(SELECT count(*) FROM ${table} WHERE id >= 0)`;
  return {
    create: [
      drop,
      { sql: `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, value TEXT)` },
      { sql: `INSERT INTO ${table} VALUES (${OWNER}, ?)`, args: [upload] },
    ],
    touch: { sql: `INSERT OR REPLACE INTO ${table} VALUES (${TOUCHED}, ${NOW})` },
    insert: (id, value) => ({ sql: `INSERT INTO ${table} VALUES (?, ?)`, args: [BigInt(id), value] }),
    guard: (values) => guard(`${owner} IS ? AND ${count} = ?`, [upload, BigInt(values)]),
    value: `(SELECT value FROM ${table} WHERE id = ?)`,
    drop,
  };
}

/** Selects the names of all upload tables on a remote. */
export const SELECT_UPLOADS = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${UPLOAD_PREFIX}*'`;

/**
 * Returns SQL to check whether a table's push is dead. Version 0.1 did not store activity, so its tables count as dead.
 */
export function isDead(name: string): string {
  const touched = `(SELECT max(CAST(value AS INTEGER)) FROM ${quoteName(name)} WHERE id = ${TOUCHED})`;
  return `(ifnull(${touched}, 0) + ${DEAD_AFTER} < ${NOW})`;
}
