import Database from 'better-sqlite3';
import fc, { type Arbitrary } from 'fast-check';
import { systemCode } from '../errors';
import { RawText, type SqlValue } from '../sqlite/values/values';
import { values } from '../sqlite/values/values.fixture';

/** A database, and what happens to it afterwards; plain data, so that a failure can be read and shrunk. */
export interface History {
  readonly encoding: string;
  readonly tables: readonly RandomTable[];
  readonly edits: readonly Edit[];
}

/** One table and the rows that it begins with; rows that would break a rule of the table are left out. */
export interface RandomTable {
  readonly name: string;
  readonly key:
    | 'rowid alias'
    | 'hidden rowid'
    | 'text with rowid'
    | 'text'
    | 'any'
    | 'nocase'
    | 'mixed collation'
    | 'composite';
  /** Definitions of the columns v0, v1, .. behind the key. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** Numbers of tables, rows and columns are taken modulo how many there are. */
export type Edit =
  | { readonly kind: 'insert'; readonly table: number; readonly row: readonly SqlValue[] }
  | { readonly kind: 'delete'; readonly table: number; readonly row: number }
  | {
      readonly kind: 'update';
      readonly table: number;
      readonly row: number;
      readonly column: number;
      readonly value: SqlValue;
    }
  | {
      readonly kind: 'swap';
      readonly table: number;
      readonly row: number;
      readonly other: number;
      readonly column: number;
    }
  | { readonly kind: 'drop'; readonly table: number }
  | { readonly kind: 'create'; readonly definition: RandomTable };

const NAMES = ['t', 'r', 'o', 'n', 'before', 'value', 'T2', 'we"ird \'x', 'json_object', '日本 語', 'order'];

const table = (name: string): Arbitrary<RandomTable> =>
  fc.record({
    name: fc.constant(name),
    key: fc.constantFrom(
      'rowid alias',
      'hidden rowid',
      'text with rowid',
      'text',
      'any',
      'nocase',
      'mixed collation',
      'composite',
    ),
    columns: fc.array(
      fc
        .tuple(
          fc.constantFrom('', 'INTEGER', 'REAL', 'TEXT', 'BLOB', 'NUMERIC'),
          fc.constantFrom('', '', 'COLLATE NOCASE', 'COLLATE RTRIM'),
          fc.constantFrom('', '', 'UNIQUE', 'UNIQUE ON CONFLICT REPLACE'),
        )
        .map((parts) => parts.join(' ')),
      { minLength: 1, maxLength: 4 },
    ),
    rows: fc.array(row(), { maxLength: 8 }),
  });

function row(): Arbitrary<SqlValue[]> {
  return fc.array(values, { minLength: 6, maxLength: 6 });
}

const edit: Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), table: fc.nat(9), row: row() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), table: fc.nat(9), row: fc.nat(20) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      table: fc.nat(9),
      row: fc.nat(20),
      column: fc.nat(9),
      value: values,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('swap' as const),
      table: fc.nat(9),
      row: fc.nat(20),
      other: fc.nat(20),
      column: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), table: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('create' as const), definition: table('fresh "1"') }),
  },
);

/** What happens to a database; numbers of tables that it has not are taken for others. */
export const edits: Arbitrary<Edit[]> = fc.array(edit, { minLength: 1, maxLength: 12 });

/** Histories of one to three tables. */
export const histories: Arbitrary<History> = fc.record({
  encoding: fc.constantFrom('UTF-8', 'UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'),
  tables: fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
    .chain((names) => fc.tuple(...names.map(table))),
  edits,
});

/** Makes the database that a history begins with. */
export function buildHistory(file: string, { encoding, tables }: History): void {
  withDatabase(file, (db) => {
    db.pragma(`encoding = '${encoding}'`);
    db.exec('CREATE TABLE untouched(x)');
    for (const t of tables) create(db, t);
  });
}

/** Lets the edits of a history happen to a copy of its database; those that would break a rule do not. */
export function editHistory(file: string, { tables, edits }: History): void {
  withDatabase(file, (db) => {
    const there = [...tables];
    for (const e of edits) {
      if (e.kind === 'create') {
        attempt(() => {
          create(db, e.definition);
          there.push(e.definition);
        });
        continue;
      }
      // Not every number of a table to drop is that of one.
      const place = e.kind === 'drop' ? e.table : e.table % Math.max(1, there.length);
      const t = there[place];
      if (t === undefined) continue;
      if (e.kind === 'drop') {
        db.exec(`DROP TABLE ${quote(t.name)}`);
        there.splice(place, 1);
      } else if (e.kind === 'insert') insert(db, t, e.row);
      else editRow(db, t, e);
    }
  });
}

function create(db: Database.Database, t: RandomTable): void {
  db.exec(createTable(t));
  for (const row of t.rows) insert(db, t, row);
}

function editRow(
  db: Database.Database,
  t: RandomTable,
  e: Exclude<Edit, { kind: 'insert' | 'drop' | 'create' }>,
): void {
  const name = quote(t.name);
  const key = keyOf(t);
  const at = (n: number): string =>
    `(${key.columns}) = (SELECT ${key.columns} FROM ${name} LIMIT 1 OFFSET ${n} % max(1, (SELECT count(*) FROM ${name})))`;
  if (e.kind === 'delete') {
    db.exec(`DELETE FROM ${name} WHERE ${at(e.row)}`);
    return;
  }
  const all = [...key.own, ...t.columns.map((_, i) => `v${i}`)];
  if (e.kind === 'update') {
    const { sql, arg } = bound(e.value);
    const column = all[e.column % all.length] ?? '';
    attempt(() =>
      db.prepare(`UPDATE OR IGNORE ${name} SET ${column} = ${sql} WHERE ${at(e.row)}`).run(...arg),
    );
    return;
  }
  const column = `v${e.column % t.columns.length}`;
  const read = (n: number): SqlValue => {
    const raw = db
      .prepare(
        `SELECT typeof(${column}), iif(typeof(${column})='text', CAST(${column} AS BLOB), ${column}) FROM ${name} WHERE ${at(n)}`,
      )
      .raw()
      .safeIntegers()
      .get() as [string, SqlValue] | undefined;
    const [type, content] = raw ?? ['null', null];
    return type === 'text' ? new RawText(content as Uint8Array) : content;
  };
  const write = (n: number, content: SqlValue): void => {
    const { sql, arg } = bound(content);
    db.prepare(`UPDATE OR ROLLBACK ${name} SET ${column} = ${sql} WHERE ${at(n)}`).run(...arg);
  };
  const [a, b] = [read(e.row), read(e.other)];
  attempt(() =>
    db.transaction(() => {
      write(e.row, null);
      write(e.other, a);
      write(e.row, b);
    })(),
  );
}

function createTable(t: RandomTable): string {
  const columns = t.columns.map((definition, i) => `v${i} ${definition}`);
  const { definition, end } = keyOf(t);
  return `CREATE TABLE ${quote(t.name)}(${[...definition.slice(0, 1), ...columns, ...definition.slice(1)].join(', ')})${end}`;
}

function keyOf({ key }: RandomTable): {
  readonly columns: string;
  /** Columns that are part of the table's own. */
  readonly own: readonly string[];
  /** The first as a column, others as constraints. */
  readonly definition: readonly string[];
  readonly end: string;
} {
  const end = ' WITHOUT ROWID';
  const [columns, own] = ['k', ['k']];
  switch (key) {
    case 'rowid alias':
      return { columns, own, definition: ['k INTEGER PRIMARY KEY'], end: '' };
    case 'hidden rowid':
      return { columns: 'rowid', own, definition: ['k'], end: '' };
    case 'text with rowid':
      return { columns: 'rowid', own, definition: ['k TEXT PRIMARY KEY'], end: '' };
    case 'text':
      return { columns, own, definition: ['k TEXT PRIMARY KEY'], end };
    case 'any':
      return { columns, own, definition: ['k PRIMARY KEY'], end };
    case 'nocase':
      return { columns, own, definition: ['k COLLATE NOCASE PRIMARY KEY'], end };
    case 'mixed collation':
      return { columns, own, definition: ['k COLLATE NOCASE', 'PRIMARY KEY(k COLLATE BINARY)'], end };
    case 'composite':
      return { columns: 'k,v0', own, definition: ['k', 'PRIMARY KEY(v0 DESC, k)'], end };
  }
}

function insert(db: Database.Database, t: RandomTable, values: readonly SqlValue[]): void {
  const cells = values.slice(0, t.columns.length + 1).map(bound);
  const sql = `INSERT OR IGNORE INTO ${quote(t.name)} VALUES(${cells.map((c) => c.sql).join(',')})`;
  attempt(() => db.prepare(sql).run(...cells.flatMap((c) => c.arg)));
}

function bound(content: SqlValue): { sql: string; arg: SqlValue[] } {
  return content instanceof RawText
    ? { sql: 'CAST(? AS TEXT)', arg: [content.bytes] }
    : { sql: '?', arg: [content] };
}

// A value may break a rule, such as that a rowid is an integer.
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function withDatabase(file: string, work: (db: Database.Database) => void): void {
  const db = new Database(file);
  // Nobody needs these files after a crash.
  db.pragma('synchronous = OFF');
  db.pragma('journal_mode = MEMORY');
  try {
    work(db);
  } finally {
    db.close();
  }
}
