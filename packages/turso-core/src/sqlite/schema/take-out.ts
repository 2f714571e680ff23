import { systemCode } from '../../errors';
import { openReadOnly, using } from '../files/open';
import { Database } from '../files/sqlite';
import { quoteName } from '../values/quote';
import type { Candidate, Exclude } from './exclude';
import { isCandidate, leftOutOf, type LeftOut } from './left-out';
import { isVirtual } from './virtual-table';

/** The query for tables and views that may be left out of a database. */
const TABLES = 'SELECT type, name, sql FROM sqlite_schema ORDER BY name';

/** Finds the left-out part of an open database. */
export function readLeftOut(db: Database, exclude: Exclude): LeftOut {
  return leftOutOf(readTables(db), exclude);
}

/** Finds the left-out part of a database file that nobody writes. */
export function findLeftOut(file: string, exclude: Exclude): LeftOut {
  return using(openReadOnly(file), (db) => readLeftOut(db, exclude));
}

/**
 * Removes the parts that are never carried from a private copy of a database. These are tables and views with their
 * indexes and triggers, and the tables behind virtual ones, even without their module here.
 *
 * @param erase - also overwrites their content, for a copy that may be given to others. Default is false.
 * @returns the left-out part.
 */
export function takeOut(file: string, exclude: Exclude, { erase = false } = {}): LeftOut {
  const candidates = using(openReadOnly(file), readTables);
  const leftOut = leftOutOf(candidates, exclude);
  const found = candidates.filter(({ name }) => leftOut.has(name));
  if (found.length === 0) return leftOut;
  using(new Database(file), (db) => {
    // Dropping a table deletes its rows, and those that refer to them.
    db.pragma('foreign_keys = OFF');
    // Nobody needs a half-finished copy.
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.pragma(`secure_delete = ${erase ? 'ON' : 'OFF'}`);
    // Allows dropping the tables behind virtual ones, too.
    db.unsafeMode(true);
    for (const { name } of found.filter(isVirtualTable)) dropVirtual(db, name);
    for (const { type, name } of found) db.exec(`DROP ${type} IF EXISTS ${quoteName(name)}`);
  });
  return leftOut;
}

function readTables(db: Database): Candidate[] {
  return (db.prepare(TABLES).all() as Candidate[]).filter(isCandidate);
}

function isVirtualTable({ type, sql }: Candidate): boolean {
  return type === 'table' && isVirtual(sql);
}

/** Drops a virtual table. SQLite itself cannot if its module or tokenizer is missing. */
function dropVirtual(db: Database, name: string): void {
  try {
    db.exec(`DROP TABLE ${quoteName(name)}`);
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    db.pragma('writable_schema = ON');
    db.prepare(`DELETE FROM sqlite_schema WHERE type = 'table' AND name = ?`).run(name);
    db.pragma('writable_schema = RESET');
  }
}
