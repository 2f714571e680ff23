import { openReadOnly, readLeniently, using } from '../files/open';
import { Database } from '../files/sqlite';
import { quoteName } from '../values/quote';
import { endStatement } from './end-statement';
import type { SchemaObject } from './schema';
import { isWord, sqlTokens } from './sql-tokens';

/** An object of a libSQL database that plain SQLite cannot hold: it stays on the remote. */
export interface SetAside {
  /** A vector index, or another index that calls a vector function; or a table `RANDOM ROWID`. */
  readonly type: 'index' | 'table';
  /** Its name. */
  readonly name: string;
  /** The table of the index; for a table its own name. */
  readonly table: string;
  /** Its definition on the remote. */
  readonly sql: string;
  /** The definition of such a table in local copies, with its rows; null for an index, because local copies lack it. */
  readonly localSql: string | null;
}

/** The objects of a libSQL database, sorted by whether plain SQLite can hold them. */
export interface SortedObjects {
  readonly setAside: readonly SetAside[];
  /** Names of the tables behind vector indexes, and of the indexes on these tables. */
  readonly internal: ReadonlySet<string>;
}

/** The table in which libSQL keeps its facts about all vector indexes. */
const VECTOR_META = 'libsql_vector_meta_shadow';

/** Finds the objects that only libSQL knows. */
export function sortObjects(objects: readonly SchemaObject[]): SortedObjects {
  const setAside = objects.flatMap((object) => asIndex(object) ?? asTable(object) ?? []);
  const storage = setAside.filter((o) => o.type === 'index').map((o) => `${o.name}_shadow`);
  const internal = objects.filter((o) => o.table === VECTOR_META || storage.includes(o.table));
  return { setAside, internal: new Set(internal.map((o) => o.name)) };
}

// https://docs.turso.tech/features/ai-and-embeddings
function asIndex({ type, name, table, sql }: SchemaObject): SetAside | null {
  if (type !== 'index') return null;
  const tokens = sqlTokens(sql);
  const isOurs = tokens.some(
    ({ text }, i) =>
      VECTOR_FUNCTION.test(text) && tokens[i + 1]?.text === '(' && !isWord(tokens[i - 1], 'on'),
  );
  return isOurs ? { type, name, table, sql, localSql: null } : null;
}

const VECTOR_FUNCTION =
  /^(?:libsql_vector_idx|vector(?:8|16|32|64|1bit|b16)?|vector_(?:extract|distance_cos|distance_l2))$/i;

// https://github.com/tursodatabase/libsql/blob/main/libsql-sqlite3/doc/libsql_extensions.md#random-rowid
function asTable({ type, name, table, sql }: SchemaObject): SetAside | null {
  if (type !== 'table') return null;
  const localSql = withoutRandomRowid(sql);
  return localSql === null ? null : { type, name, table, sql, localSql };
}

/** Returns the definition of a table without the option `RANDOM ROWID`, or null if it lacks the option. */
function withoutRandomRowid(sql: string): string | null {
  const tokens = sqlTokens(sql);
  const options = tokens.slice(tokens.findLastIndex(({ text }) => text === ')') + 1);
  const place = options.findIndex((token, i) => isWord(token, 'random') && isWord(options[i + 1], 'rowid'));
  const [before, random, rowid, after] = [place - 1, place, place + 1, place + 2].map((i) => options[i]);
  if (place < 0 || random === undefined || rowid === undefined) return null;
  const start = before?.text === ',' ? before.at : random.at;
  const end = before === undefined && after?.text === ',' ? after.at + 1 : rowid.at + rowid.text.length;
  return `${sql.slice(0, start).trimEnd()}${sql.slice(end)}`;
}

/**
 * Makes a copy of a libSQL database readable for plain SQLite. Vector indexes go, with the tables behind them. Tables
 * `RANDOM ROWID` become ordinary ones. All other content stays as it is.
 *
 * @returns the objects set aside.
 */
export function setAsideFrom(file: string): readonly SetAside[] {
  const { setAside, internal } = using(openReadOnly(file), (db) => sortObjects(readObjects(db)));
  if (setAside.length === 0 && internal.size === 0) return [];
  using(new Database(file), (db) => {
    readLeniently(db);
    const rewrite = db.prepare('UPDATE sqlite_schema SET sql = ? WHERE type = ? AND name = ?');
    for (const { type, name, table, localSql } of setAside) {
      rewrite.run(localSql ?? `CREATE INDEX ${quoteName(name)} ON ${quoteName(table)}(1)`, type, name);
    }
  });
  using(new Database(file), (db) => {
    db.pragma('foreign_keys = OFF');
    const indexes = setAside.filter((o) => o.type === 'index');
    for (const { name } of indexes) db.exec(`DROP INDEX ${quoteName(name)}`);
    // The indexes on these tables go with them.
    for (const name of [VECTOR_META, ...indexes.map((o) => `${o.name}_shadow`)])
      db.exec(`DROP TABLE IF EXISTS ${quoteName(name)}`);
  });
  return setAside;
}

function readObjects(db: Database): SchemaObject[] {
  readLeniently(db);
  return db
    .prepare(
      'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid',
    )
    .all() as SchemaObject[];
}

/** Returns SQL comments about the objects missing from a dump. */
export function setAsideComment(setAside: readonly SetAside[]): string {
  const lines = [
    'On the remote, and not in here, since only libSQL knows it:',
    ...setAside.flatMap(({ sql }) => endStatement(sql).split(/\r?\n/)),
  ];
  return lines.map((line) => `-- ${line}\n`).join('');
}
