import fs from 'node:fs';
import { systemCode } from '../../errors';
import { Database } from '../../sqlite/files/sqlite';
import type { Table } from '../../sqlite/schema/schema';
import { quoteName, quoteString } from '../../sqlite/values/quote';

/**
 * Finds a flaw in a virtual table with its own content, such as an index that does not match. Null if there is none.
 */
export function findFlaw(db: Database, table: Table): string | null {
  const found = db.pragma(`main.integrity_check(${quoteString(table.name)})`, { simple: true }) as string;
  return found === 'ok' ? null : found;
}

/** Checks whether full-text indexes over other tables match these tables exactly. */
export interface IndexChecks {
  isWhole(side: Side, table: Table): boolean;
}

type Side = 'before' | 'after';

/**
 * Runs work that may need {@link IndexChecks} of two databases. SQLite checks such an index only in a writable
 * database, so the checks run on copies, made when they are needed.
 *
 * @param place - returns a path for a copy. The caller removes it.
 */
export function withIndexChecks<T>(
  files: Readonly<Record<Side, string>>,
  place: (name: string) => string,
  work: (checks: IndexChecks) => T,
): T {
  const copies = new Map<Side, Database>();
  const open = (side: Side): Database => {
    const copy = place(`${side}.db`);
    fs.copyFileSync(files[side], copy, fs.constants.COPYFILE_FICLONE);
    const db = new Database(copy);
    copies.set(side, db);
    return db;
  };
  const isWhole: IndexChecks['isWhole'] = (side, { name, virtual }) => {
    if (virtual?.content !== 'external') return false;
    return passes(copies.get(side) ?? open(side), quoteName(name), virtual.module);
  };
  try {
    return work({ isWhole });
  } finally {
    for (const db of copies.values()) db.close();
  }
}

function passes(db: Database, name: string, module: string): boolean {
  // Rank 1 has FTS5 compare the index with the other table, too.
  const command =
    module === 'fts5'
      ? `INSERT INTO ${name}(${name}, rank) VALUES('integrity-check', 1)`
      : `INSERT INTO ${name}(${name}) VALUES('integrity-check')`;
  try {
    db.exec(command);
    return true;
  } catch (error) {
    // The other table, or a column of it, may not exist at all.
    if (/^SQLITE_(CORRUPT|ERROR)/.test(systemCode(error))) return false;
    throw error;
  }
}

/** Checks whether the source table of an index has other texts or rowids than before, in the indexed columns. */
export function differsInContent(db: Database, { columns, virtual }: Table, before: string): boolean {
  const { table, rowid } = virtual?.source ?? { table: '', rowid: '' };
  // The first column is the index's own rowid.
  const texts = columns.slice(1).map((c) => `CAST(${quoteName(c.name)} AS TEXT) COLLATE BINARY`);
  const select = (schema: string): string =>
    `SELECT ${[quoteName(rowid), ...texts].join(',')} FROM ${schema}.${quoteName(table)}`;
  const differs = (a: string, b: string): boolean =>
    db.prepare(`SELECT 1 FROM (${select(a)} EXCEPT ${select(b)}) LIMIT 1`).get() !== undefined;
  try {
    return differs('main', before) || differs(before, 'main');
  } catch (error) {
    // The other table, or a column of it, did not exist before.
    if (systemCode(error) !== 'SQLITE_ERROR') throw error;
    return true;
  }
}
