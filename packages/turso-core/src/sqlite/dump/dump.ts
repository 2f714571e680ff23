import type { Database } from '../files/sqlite';
import { endStatement } from '../schema/end-statement';
import { readSchema, type SchemaObject } from '../schema/schema';
import { quoteString } from '../values/quote';
import { rowTasks, type DumpPiece } from './row-literals';

/**
 * The whole database as SQL that the stock `sqlite3` shell restores to an equal one: every value bit by bit, rowids,
 * sequences, header values. Unlike the shell's own `.dump`, text with NUL and doubles keep all of themselves.
 * Pieces are bytes, since text that is not valid in the database's encoding goes through as it is. Pieces of rows come as
 * tasks, so that several threads can render them.
 */
export function* dumpDatabase(db: Database): Generator<DumpPiece> {
  const schema = readSchema(db);
  const tasks = rowTasks(db, schema.encoding);
  yield lines('PRAGMA foreign_keys=OFF;', `PRAGMA encoding='${schema.encoding}';`, 'BEGIN TRANSACTION;');
  for (const object of schema.objects.filter((o) => o.type === 'table')) {
    const table = schema.tables.get(object.name);
    if (table?.kind === 'virtual') {
      yield virtualTable(object);
      continue;
    }
    yield lines(`${object.sql};`);
    if (table !== undefined) yield* tasks(table);
  }
  yield* dumpSequences(db);
  for (const type of ['index', 'view', 'trigger']) {
    for (const { sql } of schema.objects.filter((o) => o.type === type)) yield lines(endStatement(sql));
  }
  yield lines(`PRAGMA user_version=${schema.userVersion};`, `PRAGMA application_id=${schema.applicationId};`);
  // A table put into the schema by hand is known to the connection only after this.
  if ([...schema.tables.values()].some((t) => t.kind === 'virtual'))
    yield lines('PRAGMA writable_schema=RESET;');
  yield lines('COMMIT;');
}

// Creating it would create its shadow tables too, which are dumped as they are.
function virtualTable({ name, sql }: SchemaObject): string {
  const values = `'table',${quoteString(name)},${quoteString(name)},0,${quoteString(sql)}`;
  return lines(
    'PRAGMA writable_schema=ON;',
    `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES(${values});`,
  );
}

function* dumpSequences(db: Database): Generator<string> {
  const exists = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined;
  if (!exists) return;
  yield lines('DELETE FROM sqlite_sequence;');
  const select = db
    .prepare(`SELECT quote(name)||','||quote(seq) FROM sqlite_sequence ORDER BY rowid`)
    .pluck();
  for (const values of select.all() as string[])
    yield lines(`INSERT INTO sqlite_sequence VALUES(${values});`);
}

function lines(...statements: string[]): string {
  return `${statements.join('\n')}\n`;
}
