import type { Database } from 'better-sqlite3';
import { exactReal, POWER, quoteName, quoteString, TINY } from './quote';
import { readSchema, rowColumns, type Schema, type SchemaObject, type Table } from './schema';

/** Rows of one INSERT statement: enough to restore fast, few enough to read. */
const ROWS = 200;

/**
 * The whole database as SQL that the stock `sqlite3` shell restores to an equal one: every value bit by bit, rowids,
 * sequences, header values. Unlike the shell's own `.dump`, text with NUL and doubles keep all of themselves.
 * Pieces are bytes, since text that is not valid in the database's encoding goes through as it is.
 */
export function* dumpDatabase(db: Database): Generator<Buffer> {
  const schema = readSchema(db);
  yield text('PRAGMA foreign_keys=OFF;', `PRAGMA encoding='${schema.encoding}';`, 'BEGIN TRANSACTION;');
  const tables = schema.objects.filter((o) => o.type === 'table');
  for (const object of tables) yield* dumpTable(db, schema, object);
  yield* dumpSequences(db);
  for (const type of ['index', 'view', 'trigger']) {
    for (const { sql } of schema.objects.filter((o) => o.type === type)) yield text(`${sql};`);
  }
  yield text(`PRAGMA user_version=${schema.userVersion};`, `PRAGMA application_id=${schema.applicationId};`);
  // A table put into the schema by hand is known to the connection only after this.
  if ([...schema.tables.values()].some((t) => t.kind === 'virtual'))
    yield text('PRAGMA writable_schema=RESET;');
  yield text('COMMIT;');
}

function text(...lines: string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}

function* dumpTable(db: Database, schema: Schema, { name, sql }: SchemaObject): Generator<Buffer> {
  const table = schema.tables.get(name);
  if (table?.kind === 'virtual') {
    // Creating it would create its shadow tables too, which are dumped as they are.
    yield text(
      'PRAGMA writable_schema=ON;',
      `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',${quoteString(name)},${quoteString(name)},0,${quoteString(sql)});`,
    );
    return;
  }
  yield text(`${sql};`);
  if (table !== undefined) yield* dumpRows(db, table, schema.encoding === 'UTF-8');
}

function* dumpRows(db: Database, table: Table, isUtf8: boolean): Generator<Buffer> {
  const columns = rowColumns(table).map(quoteName);
  const row = joined(columns.map((c) => literal(c, isUtf8)));
  const head = `INSERT INTO ${quoteName(table.name)}(${columns.join(',')}) VALUES\n(`;
  const select = db.prepare(`SELECT CAST(${row} AS BLOB) FROM ${quoteName(table.name)} NOT INDEXED`).pluck();
  let count = 0;
  for (const values of select.iterate() as IterableIterator<Buffer>) {
    yield Buffer.from(count === 0 ? head : count % ROWS === 0 ? `);\n${head}` : '),\n(');
    yield values;
    count++;
  }
  if (count > 0) yield Buffer.from(');\n');
}

// One call of concat_ws takes at most 1,000 arguments, and a table may have 2,000 columns.
function joined(expressions: readonly string[]): string {
  const call = (items: readonly string[]): string => `concat_ws(',',${items.join(',')})`;
  const calls = Array.from({ length: Math.ceil(expressions.length / 500) }, (_, i) =>
    call(expressions.slice(i * 500, (i + 1) * 500)),
  );
  return call(calls);
}

/**
 * An SQL expression that gives a column's value as a literal. The form of doubles follows {@link quoteValue}: 18 digits
 * are what this SQLite prints without rounding to the shortest.
 */
function literal(column: string, isUtf8: boolean): string {
  const bytes = `'CAST(x'''||hex(CAST(${column} AS BLOB))||''' AS TEXT)'`;
  const string = isUtf8 ? `iif(instr(${column},char(0)),${bytes},quote(${column}))` : bytes;
  return `CASE typeof(${column}) WHEN 'text' THEN ${string} WHEN 'real' THEN ${real(column)} ELSE quote(${column}) END`;
}

function real(column: string): string {
  const digits = (value: string): string => `format('%!.17e',${value})`;
  const tiny = `'('||${digits(`${column}*${exactReal(POWER)}`)}||'/${exactReal(POWER)})'`;
  return `CASE WHEN ${column}=0.0 THEN iif(atan2(${column},-1)<0,'-0.0','0.0')
    WHEN abs(${column})>1.7976931348623157e308 THEN iif(${column}<0,'-9e999','9e999')
    WHEN abs(${column})<${TINY} THEN ${tiny}
    WHEN abs(${column})<1e15 AND ${column}=CAST(${column} AS INTEGER) THEN format('%d.0',${column})
    ELSE ${digits(column)} END`;
}

function* dumpSequences(db: Database): Generator<Buffer> {
  const exists = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined;
  if (!exists) return;
  yield text('DELETE FROM sqlite_sequence;');
  const select = db
    .prepare(`SELECT quote(name)||','||quote(seq) FROM sqlite_sequence ORDER BY rowid`)
    .pluck();
  for (const values of select.all() as string[]) yield text(`INSERT INTO sqlite_sequence VALUES(${values});`);
}
