import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compareIntegrity } from './compare/integrity';
import { compareObjects } from './compare/objects';
import { comparePragma } from './compare/outcome';
import type { Pair } from './compare/pair';
import { compareRows } from './compare/rows';
import { compareSequences } from './compare/sequences';
import { listTables, type Table } from './compare/tables';
import { compareVirtualTable } from './compare/virtual-tables';
import { copyDatabase, openLeniently } from './copy-database';
import { makeTempDir, removeTempDir } from './temp-dir';

/** What {@link compareDatabases} may leave out. */
export interface CompareOptions {
  /** Default is `true`, since a server refuses to set it. */
  readonly ignoreApplicationId?: boolean;
  /** Tables to leave out, with all that belongs to them. Default is none. */
  readonly ignoreTables?: readonly string[];
}

const LIMIT = 50;

/**
 * Lists what is different between two SQLite files, for people to read; equal files give an empty list.
 *
 * Compares what SQL can tell of a database, exactly: schema objects by their text; every row by its rowid, and its
 * values by storage class and bytes; virtual tables by their rows and their full-text index; sqlite_sequence,
 * user_version, encoding, and the outcomes of integrity_check and foreign_key_check. Leaves out the page layout and
 * sqlite_stat tables. Neither file is opened: copies are compared. Lists 50 differences at most.
 *
 * @example
 * expect(compareDatabases('expected.db', 'actual.db')).toEqual([]);
 */
export function compareDatabases(a: string, b: string, options: CompareOptions = {}): string[] {
  const dir = makeTempDir('compare-');
  const pair = { a: openCopy(a, join(dir, 'a.db')), b: openCopy(b, join(dir, 'b.db')) };
  try {
    return firstOf(differences(pair, options));
  } finally {
    pair.a.close();
    pair.b.close();
    removeTempDir(dir);
  }
}

function openCopy(path: string, copy: string) {
  copyDatabase(path, copy);
  return openLeniently(copy).defaultSafeIntegers();
}

function firstOf(all: Iterable<string>): string[] {
  const listed: string[] = [];
  for (const difference of all) {
    if (listed.length === LIMIT) return [...listed, 'and more'];
    listed.push(difference);
  }
  return listed;
}

function* differences(pair: Pair, options: CompareOptions): Generator<string> {
  const encodings = [...comparePragma(pair, 'encoding')];
  yield* encodings;
  if (encodings.length > 0) return; // no two texts would have the same bytes
  yield* comparePragma(pair, 'user_version');
  if (options.ignoreApplicationId === false) yield* comparePragma(pair, 'application_id');

  const tables = { a: listTables(pair.a, options.ignoreTables), b: listTables(pair.b, options.ignoreTables) };
  yield* compareObjects(pair, tables);
  for (const [name, a] of tables.a.compared) {
    const b = tables.b.compared.get(name);
    if (b) yield* compareTable(pair, { a, b });
  }
  yield* compareSequences(pair, tables);
  yield* compareIntegrity(pair, tables);
}

function* compareTable(pair: Pair, { a, b }: Pair<Table>): Generator<string> {
  if (!isDeepStrictEqual(a, b)) yield `${a.name}: rows not compared, for its columns differ`;
  else if (a.module) yield* compareVirtualTable(pair, a, a.module);
  else yield* compareRows(pair, a);
}
