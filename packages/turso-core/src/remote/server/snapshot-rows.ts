import { systemCode, TursoSyncError } from '../../errors';
import { createDatabase } from '../../sqlite/files/open';
import type { Database } from '../../sqlite/files/sqlite';
import type { Exclude } from '../../sqlite/schema/exclude';
import { hasTable } from '../../sqlite/schema/has-table';
import { keyTerms } from '../../sqlite/schema/key-terms';
import {
  findShadowNames,
  keyColumns,
  readSchema,
  rowColumns,
  type SchemaObject,
  type Table,
} from '../../sqlite/schema/schema';
import { isCarried, type LeftOut } from '../../sqlite/schema/left-out';
import { sortObjects } from '../../sqlite/schema/set-aside';
import { isVirtual } from '../../sqlite/schema/virtual-table';
import { bindValues } from '../../sqlite/values/bind';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import { replaceRows } from '../../sqlite/write-rows';
import { readCarried, type CarriedObjects } from '../../sqlite/schema/read-objects';
import type { Query } from '../../sqlite/query';
import type { SnapshotOptions, SnapshotTaken } from '../remote';
import { readHeader } from '../../sqlite/schema/read-header';
import { onlyRow, unexpectedAnswer, wholeNumber } from '../../sqlite/unexpected-answer';

/** Initial rows per request. If an answer exceeds the server's limit, fewer are requested. */
const FIRST_LIMIT = 2_000;

/**
 * Copies the database row by row in key order, within one read transaction. For servers that do not serve pages.
 * Creates tables first, then their rows, then indexes, views and triggers, so no trigger fires.
 */
export async function snapshotRows(
  query: Query,
  file: string,
  { onProgress, exclude }: { readonly onProgress: SnapshotOptions['onProgress']; readonly exclude: Exclude },
): Promise<Pick<SnapshotTaken, 'setAside' | 'leftOut'>> {
  const { encoding, userVersion } = await readHeader(query);
  const [applicationId] = onlyRow(await query('SELECT application_id FROM pragma_application_id'));
  const carried = await readCarried(query, encoding, exclude);
  const { setAside, objects } = sortOut(carried);
  const db = createDatabase(file, encoding);
  try {
    createTables(db, objects);
    await copyRows({ query, db, encoding, leftOut: carried.leftOut }, onProgress);
    for (const type of ['index', 'view', 'trigger']) {
      for (const object of objects.filter((o) => o.type === type)) createObject(db, object);
    }
    db.pragma(`user_version = ${userVersion}`);
    db.pragma(`application_id = ${wholeNumber(applicationId)}`);
    return { setAside, leftOut: carried.leftOut.tables };
  } finally {
    db.close();
  }
}

function createTables(db: Database, objects: readonly SchemaObject[]): void {
  const shadows = findShadowNames(objects);
  const isShadow = ({ name }: SchemaObject): boolean => shadows.has(name.toLowerCase());
  const tables = objects.filter((o) => o.type === 'table');
  for (const object of tables.filter((o) => !isShadow(o))) createTable(db, object);
  // A virtual table creates its own shadow tables, but some only later.
  const isThere = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?');
  for (const object of tables.filter(isShadow))
    if (isThere.get(object.name) === undefined) createObject(db, object);
}

function createTable(db: Database, object: SchemaObject): void {
  try {
    createObject(db, object);
  } catch (error) {
    const { message = '' } = ((error as Error).cause ?? {}) as Partial<Error>;
    if (!isVirtual(object.sql) || !message.startsWith('no such module: ')) throw error;
    // The definition does no harm, and its storage tables are ordinary ones here.
    db.pragma('writable_schema = ON');
    const insert = `INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, 0, ?)`;
    db.prepare(insert).run(object.name, object.name, object.sql);
    db.pragma('writable_schema = RESET');
  }
}

function createObject(db: Database, { type, name, sql }: SchemaObject): void {
  try {
    // Runs only a single statement.
    db.prepare(sql).run();
  } catch (error) {
    if (systemCode(error) !== 'SQLITE_ERROR') throw error;
    const reason = (error as Error).message;
    throw new TursoSyncError(
      'REMOTE_UNSUPPORTED_SCHEMA',
      `The remote holds what plain SQLite cannot: ${type} "${name}" (${reason}).`,
      {
        hint: 'Drop it on the remote, or leave its table out by `exclude` in the config. Vector indexes and RANDOM ROWID tables are fine.',
        cause: error,
      },
    );
  }
}

/** Returns the objects to create here, in a form for plain SQLite. The storage of a vector index is omitted with it. */
function sortOut({ all, leftOut }: CarriedObjects): Pick<SnapshotTaken, 'setAside'> & {
  readonly objects: readonly SchemaObject[];
} {
  const sorted = sortObjects(all);
  const isHere = ({ table }: { readonly table: string }): boolean => !leftOut.has(table);
  const setAside = sorted.setAside.filter(isHere);
  const localSql = new Map(setAside.map((o) => [`${o.type} ${o.name}`, o.localSql]));
  const objects = all.filter(isHere).flatMap((object) => {
    if (sorted.internal.has(object.name)) return [];
    const sql = localSql.get(`${object.type} ${object.name}`);
    return sql === null ? [] : [{ ...object, sql: sql ?? object.sql }];
  });
  return { setAside, objects };
}

interface Copying {
  readonly query: Query;
  readonly db: Database;
  readonly encoding: Encoding;
  readonly leftOut: LeftOut;
}

async function copyRows(
  { query, db, encoding, leftOut }: Copying,
  onProgress: SnapshotOptions['onProgress'],
): Promise<void> {
  let done = 0;
  for (const table of readSchema(db).tables.values()) {
    // The content of a virtual table is in its shadow tables.
    if (table.kind === 'virtual') continue;
    try {
      for await (const count of replaceRows(db, table, readTable(query, table, encoding)))
        onProgress?.({ done: (done += count), total: null, unit: 'rows' });
    } catch (error) {
      throw /^SQLITE_(?:CONSTRAINT|MISMATCH)/.test(systemCode(error)) ? misfit(table, error as Error) : error;
    }
  }
  if (!hasTable(db, 'sqlite_sequence')) return;
  db.exec('DELETE FROM sqlite_sequence');
  const insert = db.prepare('INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)');
  const rows = await query(
    `SELECT ${exactProjection(['name', 'seq'])} FROM sqlite_sequence WHERE ${isCarried('name')} ORDER BY rowid`,
  );
  for (const row of rows) {
    const [name = null, seq = null] = exactRow(row, encoding);
    if (typeof name !== 'string' || !leftOut.has(name)) insert.run(name, seq);
  }
}

function misfit({ name }: Table, cause: Error): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_DAMAGED',
    `The remote sends a row of the table "${name}" that breaks a rule (${cause.message}).`,
    {
      hint: 'Run the command again. If it stays so, find the row by `PRAGMA integrity_check` on the remote, and fix it. Or leave its table out by `exclude` in the config.',
      retryable: true,
      cause,
    },
  );
}

/** Yields the rows of one table, in pieces and in key order. */
async function* readTable(query: Query, table: Table, encoding: Encoding): AsyncGenerator<SqlValue[][]> {
  const columns = rowColumns(table);
  const key = keyColumns(table);
  const keyPlaces = key.map((name) => columns.indexOf(name));
  const terms = keyTerms(table);
  const select = `SELECT ${exactProjection(columns.map(quoteName))} FROM ${quoteName(table.name)}`;
  let limit = FIRST_LIMIT;
  let seen = 0;
  let last: SqlValue[] | undefined;
  for (;;) {
    const page = key.length === 0 ? { sql: '', args: [] } : pageAfter(terms, last);
    // If columns hide every name of the rowid, there is no key, so this counts rows.
    const offset = key.length === 0 ? ` OFFSET ${seen}` : '';
    try {
      const found = await query(`${select} ${page.sql} LIMIT ${limit}${offset}`, page.args);
      const rows = found.map((row) => exactRow(row, encoding));
      if (rows.some((row) => row.length !== columns.length)) throw unexpectedAnswer('a row of other columns');
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
      seen += rows.length;
      last = keyPlaces.map((place) => rows.at(-1)?.[place] ?? null);
    } catch (error) {
      if (!isTooLarge(error) || limit === 1) throw error;
      limit = Math.ceil(limit / 4);
    }
  }
}

function pageAfter(
  key: readonly string[],
  last: readonly SqlValue[] | undefined,
): { sql: string; args: SqlValue[] } {
  const order = `ORDER BY ${key.join(',')}`;
  if (last === undefined) return { sql: order, args: [] };
  const { expressions, args } = bindValues(last);
  // The plus removes a CAST's affinity. It would compare numbers in the key as text.
  const after = expressions.map((expression) => `+${expression}`).join(',');
  return { sql: `WHERE (${key.join(',')}) > (${after}) ${order}`, args };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof TursoSyncError && error.code === 'RESPONSE_TOO_LARGE';
}
