import Database from 'better-sqlite3';
import fc, { type Arbitrary } from 'fast-check';
import { systemCode } from '../errors';
import type { SqlValue } from '../sqlite/values/values';

/** A database with virtual tables, and what happens to it; plain data, so that a failure can be read and shrunk. */
export interface VirtualHistory {
  /** Numbers of definitions in {@link DEFINITIONS}. */
  readonly tables: readonly number[];
  readonly before: readonly VirtualEdit[];
  readonly edits: readonly VirtualEdit[];
}

/** Numbers of tables are taken modulo how many there are. */
export interface VirtualEdit {
  readonly kind: 'insert' | 'update' | 'delete' | 'command' | 'drop' | 'create' | 'redefine' | 'replace';
  readonly table: number;
  readonly rowid: bigint;
  readonly values: readonly SqlValue[];
}

interface Definition {
  readonly module: 'fts' | 'index' | 'rtree';
  readonly sql: (name: string) => string;
  readonly columns: number;
  /** Whether it may be made anew with another tokenizer. */
  readonly mayChange?: boolean;
}

// No fts4 with order=desc: by fts4aux, which tells its terms, deleted rows are there until segments are merged.
const DEFINITIONS: readonly Definition[] = [
  {
    module: 'fts',
    columns: 2,
    mayChange: true,
    sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, c1 UNINDEXED, prefix='1 2')`,
  },
  {
    module: 'fts',
    columns: 2,
    sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, c1, tokenize=trigram, detail=none)`,
  },
  { module: 'fts', columns: 1, sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, columnsize=0)` },
  {
    module: 'fts',
    columns: 2,
    sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts4(c0, c1, tokenize=porter)`,
  },
  {
    module: 'fts',
    columns: 2,
    mayChange: true,
    sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts3(c0, c1)`,
  },
  { module: 'index', columns: 1, sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, content='')` },
  {
    module: 'index',
    columns: 1,
    sql: (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, content=texts, content_rowid=id)`,
  },
  { module: 'rtree', columns: 4, sql: (t) => `CREATE VIRTUAL TABLE ${t} USING rtree(id, c0, c1, +c2, +c3)` },
  { module: 'rtree', columns: 2, sql: (t) => `CREATE VIRTUAL TABLE ${t} USING rtree_i32(id, c0, c1)` },
];

const words = fc
  .array(fc.constantFrom('run', 'running', 'Ärger', '日本', 'x', 'a-b', "it's", '', 'long '.repeat(300)), {
    maxLength: 6,
  })
  .map((list) => list.join(' '));

const value: Arbitrary<SqlValue> = fc.oneof(
  { weight: 5, arbitrary: words },
  {
    weight: 1,
    arbitrary: fc.constantFrom<SqlValue>(null, 0n, -0.0, 1.5, 9007199254740993n, 1e300, -Infinity),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }) },
);

const edit: Arbitrary<VirtualEdit> = fc.record({
  kind: fc.constantFrom(
    'insert',
    'insert',
    'insert',
    'update',
    'update',
    'delete',
    'command',
    'drop',
    'create',
    'redefine',
    'replace',
  ),
  table: fc.nat(8),
  rowid: fc.oneof(
    { weight: 6, arbitrary: fc.bigInt(1n, 12n) },
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, -1n),
  ),
  values: fc.array(value, { minLength: 4, maxLength: 4 }),
});

/** Histories of one to three virtual tables. */
export const virtualHistories: Arbitrary<VirtualHistory> = fc.record({
  tables: fc.uniqueArray(fc.nat(DEFINITIONS.length - 1), { minLength: 1, maxLength: 3 }),
  before: fc.array(edit, { maxLength: 15 }),
  edits: fc.array(edit, { minLength: 1, maxLength: 15 }),
});

/** Makes the database that a history begins with. */
export function buildVirtualHistory(file: string, { tables, before }: VirtualHistory): void {
  withDatabase(file, (db) => {
    db.exec(
      `CREATE TABLE texts(id INTEGER PRIMARY KEY, c0); INSERT INTO texts VALUES(1,'run x'),(2,'日本'),(3,NULL)`,
    );
    for (const table of tables) db.exec(DEFINITIONS[table]?.sql(nameOf(table)) ?? '');
    for (const e of before) if (e.kind !== 'drop') happen(db, tables, e);
  });
}

/** Lets the edits of a history happen; those that a table does not allow do not. */
export function editVirtualHistory(file: string, { tables, edits }: VirtualHistory): void {
  withDatabase(file, (db) => {
    for (const e of edits) happen(db, tables, e);
  });
}

function happen(db: Database.Database, tables: readonly number[], e: VirtualEdit): void {
  // A table that was made anew has another number than those of the history.
  const number = e.kind === 'create' ? e.table : (tables[e.table % tables.length] ?? 0);
  const definition = DEFINITIONS[number % DEFINITIONS.length];
  if (definition === undefined) return;
  const name = nameOf(number % DEFINITIONS.length);
  const attempt = (sql: string, ...args: SqlValue[]): void => {
    try {
      db.prepare(sql).run(...args);
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_')) throw error;
    }
  };
  const columns = Array.from({ length: definition.columns }, (_, i) => `c${i}`);
  const key = definition.module === 'rtree' ? 'id' : 'rowid';
  const { rowid } = e;
  const values = e.values.slice(0, definition.columns);
  if (definition.module === 'rtree') {
    // Coordinates are numbers, the lower one first.
    const least = typeof e.values[0] === 'string' ? BigInt(e.values[0].length) : -5n;
    values[0] = least;
    values[1] = least + (e.rowid % 100n);
  }
  switch (e.kind) {
    case 'insert':
      attempt(
        `INSERT INTO ${name}(${[key, ...columns].join(',')}) VALUES(?${',?'.repeat(columns.length)})`,
        rowid,
        ...values,
      );
      return;
    case 'update':
      if (definition.module === 'index') attempt('UPDATE texts SET c0 = ? WHERE id = ?', ...values, rowid);
      else
        attempt(
          `UPDATE ${name} SET ${columns.map((c) => `${c}=?`).join(',')} WHERE ${key} = ?`,
          ...values,
          rowid,
        );
      return;
    case 'delete':
      attempt(`DELETE FROM ${name} WHERE ${key} = ?`, rowid);
      return;
    case 'command':
      attempt(`INSERT INTO ${name}(${name}) VALUES(?)`, (rowid & 1n) === 0n ? 'optimize' : 'rebuild');
      return;
    case 'drop':
      if (rowid > 6n) attempt(`DROP TABLE ${name}`);
      return;
    case 'create':
      attempt(definition.sql(name));
      return;
    case 'redefine':
      if (definition.mayChange === true) redefine(db, name, definition.sql(name));
      return;
    case 'replace': {
      const { length } = REPLACEMENTS;
      const sql =
        REPLACEMENTS[Number(((rowid % BigInt(length)) + BigInt(length)) % BigInt(length))]?.(name) ?? '';
      if (definition.module === 'index' || !exists(db, name)) return;
      db.exec(`DROP TABLE ${name}; ${sql}`);
      attempt(`INSERT INTO ${name}(c0) VALUES(?)`, values[0] ?? null);
    }
  }
}

/** What may come in place of a table. */
const REPLACEMENTS: readonly ((name: string) => string)[] = [
  (t) => `CREATE TABLE ${t}(c0, c1)`,
  (t) => `CREATE VIRTUAL TABLE ${t} USING fts5(c0, c5)`,
  (t) => `CREATE VIRTUAL TABLE ${t} USING fts4(c0)`,
  (t) => `CREATE VIRTUAL TABLE ${t} USING rtree(id, c0, c1)`,
];

function exists(db: Database.Database, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
}

function redefine(db: Database.Database, name: string, sql: string): void {
  const isFirst = exists(db, name) && db.prepare(`SELECT * FROM ${name}`).columns().length === 2;
  if (!isFirst) return;
  db.exec(`CREATE TEMP TABLE kept AS SELECT rowid AS r, * FROM ${name}; DROP TABLE ${name};
    ${sql.replace(/\)$/, ', tokenize=porter)')};
    INSERT INTO ${name}(rowid, c0, c1) SELECT * FROM kept; DROP TABLE kept`);
}

function nameOf(table: number): string {
  return `v${table}`;
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
