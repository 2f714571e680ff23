import { openReadOnly, using } from '../files/open';
import { Database } from '../files/sqlite';
import { RECEIPT_PREFIX } from '../receipt';
import { quoteName, quoteString } from '../values/quote';

/** Tables that a program keeps for itself in somebody's database. */
interface Internal {
  /** A GLOB pattern in lower case. */
  readonly pattern: string;
  /** Whose they are; null for ours, which come and go with a push. */
  readonly owner: string | null;
}

/** All tables that are never carried: each side keeps its own. */
const INTERNAL: readonly Internal[] = [
  // Turso Database: what a file in MVCC mode is left with when it goes back to WAL, and its other notes.
  { pattern: '__turso_internal_*', owner: 'Turso' },
  // Turso Database: captured changes (`PRAGMA capture_data_changes_conn`), and the format of each such table.
  { pattern: 'turso_cdc', owner: 'Turso' },
  { pattern: 'turso_cdc_version', owner: 'Turso' },
  // Turso Sync: how far each client has pushed.
  { pattern: 'turso_sync_last_change_id', owner: 'Turso' },
  // libSQL: user-defined functions in WebAssembly.
  { pattern: 'libsql_wasm_func_table', owner: 'libSQL' },
  // Litestream: a write that moves the log on, and the lock that it holds meanwhile.
  { pattern: '_litestream_seq', owner: 'Litestream' },
  { pattern: '_litestream_lock', owner: 'Litestream' },
  // Cloudflare D1: its own metadata.
  { pattern: '_cf_*', owner: 'D1' },
  // Ours: the values of a large push until it is carried out, names on a detour, and the receipts of pushes.
  { pattern: 'turso_sync_staging_*', owner: null },
  { pattern: `${RECEIPT_PREFIX}*`, owner: null },
];

/** A table that is left out, and whose it is. */
export interface LeftOutTable {
  readonly name: string;
  readonly owner: string;
}

/** An SQL condition on a name of a table, or on the table of an index or trigger: that it is carried. Names have no case. */
export function isCarried(column = 'tbl_name'): string {
  return `NOT (${INTERNAL.map((i) => matches(column, i)).join(' OR ')})`;
}

const FOREIGN = INTERNAL.filter((i) => i.owner !== null);

/** The query that lists the tables of other programs, and whose they are. */
export const LIST_FOREIGN = `SELECT name, CASE
  ${FOREIGN.map((i) => `WHEN ${matches('name', i)} THEN ${quoteString(i.owner ?? '')}`).join('\n  ')} END
  FROM sqlite_schema WHERE type = 'table' AND (${FOREIGN.map((i) => matches('name', i)).join(' OR ')}) ORDER BY name`;

function matches(column: string, { pattern }: Internal): string {
  return `lower(${column}) GLOB ${quoteString(pattern)}`;
}

/** The tables of other programs that {@link LIST_FOREIGN} has listed. */
export function foreignTables(rows: readonly (readonly unknown[])[]): LeftOutTable[] {
  return rows.map(([name, owner]) => ({ name: String(name), owner: String(owner) }));
}

/** The tables of other programs in a database file. */
export function findForeign(file: string): LeftOutTable[] {
  const rows = using(openReadOnly(file), (db) => db.prepare(LIST_FOREIGN).raw().all());
  return foreignTables(rows as unknown[][]);
}

/** Takes what is never carried out of a copy of a database, with its indexes and triggers; returns what is other programs'. */
export function takeOutInternal(file: string): LeftOutTable[] {
  const foreign = findForeign(file);
  const found = using(openReadOnly(file), (db) =>
    db
      .prepare(
        `SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND NOT (${isCarried()})`,
      )
      .all(),
  ) as { type: 'table' | 'view'; name: string }[];
  if (found.length === 0) return foreign;
  using(new Database(file), (db) => {
    // Dropping a table deletes its rows, and those that refer to them.
    db.pragma('foreign_keys = OFF');
    for (const { type, name } of found) db.exec(`DROP ${type} ${quoteName(name)}`);
  });
  return foreign;
}
