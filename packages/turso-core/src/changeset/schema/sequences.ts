import type { Database } from '../../sqlite/files/sqlite';
import { hasTable } from '../../sqlite/schema/has-table';
import { isCarried } from '../../sqlite/schema/left-out';
import type { SequenceChange } from '../model';

/** What happens to the counters of AUTOINCREMENT tables, from those of an attached database to those of the main one. */
export function diffSequences(db: Database, older: string): SequenceChange[] {
  const [before, after] = [readSequences(db, older), readSequences(db, 'main')];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((table) => {
    const [from, to] = [before.get(table) ?? null, after.get(table) ?? null];
    return from === to ? [] : [{ table, from, to }];
  });
}

function readSequences(db: Database, schema: string): Map<string, bigint> {
  if (!hasTable(db, 'sqlite_sequence', schema)) return new Map();
  const rows = db
    .prepare(`SELECT name, seq FROM ${schema}.sqlite_sequence WHERE ${isCarried('name')}`)
    .raw()
    .safeIntegers()
    .all();
  return new Map(rows as [string, bigint][]);
}
