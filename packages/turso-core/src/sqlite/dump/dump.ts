import type { Database } from '../files/sqlite';
import { isCarried } from '../schema/left-out';
import { isCounted } from '../schema/is-counted';
import { endsEarly, endStatement } from '../schema/end-statement';
import { readSchema, type Schema, type SchemaObject } from '../schema/schema';
import { sqlTokens } from '../schema/sql-tokens';
import { quoteName, quoteString, quoteValue, quoteValues } from '../values/quote';
import type { SqlValue } from '../values/values';
import { rowTasks, type DumpPiece } from './row-literals';
import { hasTable } from '../schema/has-table';

/**
 * Yields the whole database as SQL. The stock `sqlite3` shell restores it to an equal one: every value bit by bit,
 * rowids, sequences, header values. Unlike with the shell's own `.dump`, text with NUL and doubles are complete.
 *
 * A libSQL server loads it too, unless it holds virtual tables. For that reason it begins like `.dump`, and leaves out
 * defaults. Text that is invalid in the database's encoding passes unchanged, because pieces are bytes. Pieces of rows
 * come as tasks, for several threads to render.
 */
export function* dumpDatabase(db: Database): Generator<DumpPiece> {
  const schema = readSchema(db);
  const tasks = rowTasks(db, schema.encoding);
  yield lines('PRAGMA foreign_keys=OFF;', 'BEGIN TRANSACTION;', ...settings(schema));
  const isVirtual = ({ type, name }: SchemaObject): boolean =>
    type === 'table' && schema.tables.get(name)?.kind === 'virtual';
  const definition = (object: SchemaObject): string => {
    if (isVirtual(object)) return virtualTable(object);
    return isPlain(object) ? lines(endStatement(object.sql)) : exactText(object);
  };
  for (const object of schema.objects.filter((o) => o.type === 'table')) {
    yield definition(object);
    const table = schema.tables.get(object.name);
    if (table !== undefined && table.kind !== 'virtual') yield* tasks(table);
  }
  yield* dumpSequences(db, schema);
  for (const type of ['index', 'view', 'trigger']) {
    for (const object of schema.objects.filter((o) => o.type === type)) yield definition(object);
  }
  if (schema.userVersion !== 0) yield lines(`PRAGMA user_version=${schema.userVersion};`);
  if (schema.applicationId !== 0) yield lines(`PRAGMA application_id=${schema.applicationId};`);
  // Only this makes a definition put into the schema by hand known to the connection.
  if (schema.objects.some((o) => isVirtual(o) || !isPlain(o))) yield lines('PRAGMA writable_schema=RESET;');
  yield lines('COMMIT;');
}

function settings({ encoding, objects }: Schema): string[] {
  return [
    ...(encoding === 'UTF-8' ? [] : [`PRAGMA encoding='${encoding}';`]),
    // The shell has a function that runs a program, and lets a CHECK call it.
    ...(objects.some(({ sql }) => callsEdit(sql)) ? ['PRAGMA ignore_check_constraints=ON;'] : []),
  ];
}

function callsEdit(sql: string): boolean {
  if (!/edit/i.test(sql)) return false;
  const tokens = sqlTokens(sql);
  return tokens.some(({ text }, i) => /^["`[]?edit["`\]]?$/i.test(text) && tokens[i + 1]?.text === '(');
}

// The shell drops a CR at the end of a line.
function isPlain({ sql }: SchemaObject): boolean {
  return !endsEarly(sql) && !sql.includes('\r');
}

// Creating it would also create its shadow tables, but the dump has these as they are.
function virtualTable({ name, sql }: SchemaObject): string {
  const values = `'table',${quoteString(name)},${quoteString(name)},0,${quoteValue(sql)}`;
  return lines(
    'PRAGMA writable_schema=ON;',
    `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES(${values});`,
  );
}

// Creates the object from a text that the shell can read, then replaces that text by its own.
function exactText({ type, name, sql }: SchemaObject): string {
  return lines(
    endStatement(sql),
    'PRAGMA writable_schema=ON;',
    `UPDATE sqlite_schema SET sql=${quoteValue(sql)} WHERE type='${type}' AND name=${quoteString(name)};`,
  );
}

function* dumpSequences(db: Database, { tables, objects }: Schema): Generator<string> {
  if (!hasTable(db, 'sqlite_sequence')) return;
  const sql = `SELECT name, seq FROM sqlite_sequence WHERE ${isCarried('name')} ORDER BY rowid`;
  const rows = db.prepare(sql).raw().safeIntegers().all();
  const isMade = [...tables.values()].some(isCounted);
  if (!isMade && rows.length === 0) return;
  // SQLite creates the table of counters with the first table that counts.
  yield isMade ? lines('DELETE FROM sqlite_sequence;') : makeSequences(objects);
  for (const row of rows as SqlValue[][])
    yield lines(`INSERT INTO sqlite_sequence VALUES(${quoteValues(row)});`);
}

function makeSequences(objects: readonly SchemaObject[]): string {
  let name = 'turso_sync_counted';
  while (objects.some((o) => o.name.toLowerCase() === name)) name += '_';
  const table = quoteName(name);
  return lines(`CREATE TABLE ${table}(id INTEGER PRIMARY KEY AUTOINCREMENT);`, `DROP TABLE ${table};`);
}

function lines(...statements: string[]): string {
  return `${statements.join('\n')}\n`;
}
