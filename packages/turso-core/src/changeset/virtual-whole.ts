import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { systemCode } from '../errors';
import { quoteName, quoteString } from '../local/quote';
import type { Table } from '../local/schema';

/** Finds what is wrong with a virtual table that has its own content, such as an index that does not fit it; or null. */
export function findFlaw(db: Database.Database, table: Table): string | null {
  const found = db.pragma(`main.integrity_check(${quoteString(table.name)})`, { simple: true }) as string;
  return found === 'ok' ? null : found;
}

/** Whether full-text indexes over other tables hold just what these tables do; asked of one database. */
export interface IndexCheck {
  isWhole(table: Table): boolean;
  close(): void;
}

/**
 * Opens a database for {@link IndexCheck}. SQLite checks such an index only in a database that it may write to, so this
 * is a copy, made when it is asked for first.
 *
 * @param directory - where the copy may be.
 */
export function openIndexCheck(file: string, directory: string): IndexCheck {
  const copy = path.join(directory, `.turso-sync-check-${process.pid}-${counter++}.db`);
  let db: Database.Database | undefined;
  const open = (): Database.Database => {
    fs.copyFileSync(file, copy, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(copy, 0o600);
    return new Database(copy);
  };
  return {
    isWhole({ name, virtual }) {
      if (virtual?.content !== 'external') return false;
      db ??= open();
      return passes(db, quoteName(name), virtual.module);
    },
    close() {
      db?.close();
      for (const end of ['', '-journal', '-wal', '-shm']) fs.rmSync(`${copy}${end}`, { force: true });
    },
  };
}

let counter = 0;

function passes(db: Database.Database, name: string, module: string): boolean {
  // Rank 1 has FTS5 compare the index with the other table, too.
  const command =
    module === 'fts5'
      ? `INSERT INTO ${name}(${name}, rank) VALUES('integrity-check', 1)`
      : `INSERT INTO ${name}(${name}) VALUES('integrity-check')`;
  try {
    db.exec(command);
    return true;
  } catch (error) {
    // The other table, or a column of it, may not be there at all.
    if (/^SQLITE_(CORRUPT|ERROR)/.test(systemCode(error))) return false;
    throw error;
  }
}

/** Whether the table that an index is about has other texts or rowids than before, in the columns that are indexed. */
export function differsInContent(
  db: Database.Database,
  { columns, virtual }: Table,
  before: string,
): boolean {
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
    // The other table, or a column of it, was not there before.
    if (systemCode(error) !== 'SQLITE_ERROR') throw error;
    return true;
  }
}
