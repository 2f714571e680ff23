import Database from 'better-sqlite3';
import fc, { type Arbitrary } from 'fast-check';
import { systemCode } from '../errors';
import { bindValues } from '../sqlite/values/bind';
import { quoteName } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { values } from '../sqlite/values/values.fixture';

/** A database, and what happens to its definitions and rows; plain data, so that a failure can be read and shrunk. */
export interface SchemaHistory {
  readonly base: readonly Step[];
  readonly edits: readonly Step[];
}

/** Numbers of tables, columns, rows and objects are taken modulo how many there are. */
export type Step =
  | { readonly kind: 'create'; readonly name: string; readonly definition: Definition }
  | { readonly kind: 'rebuild'; readonly table: number; readonly definition: Definition }
  | { readonly kind: 'add column'; readonly table: number; readonly column: string }
  | { readonly kind: 'drop column'; readonly table: number; readonly column: number }
  | { readonly kind: 'rename column'; readonly table: number; readonly column: number; readonly to: string }
  | { readonly kind: 'rename'; readonly table: number; readonly to: string }
  | { readonly kind: 'drop'; readonly object: number }
  | { readonly kind: 'index'; readonly table: number; readonly column: number; readonly form: string }
  | { readonly kind: 'view'; readonly table: number; readonly name: string }
  | { readonly kind: 'trigger'; readonly table: number; readonly event: string }
  | { readonly kind: 'insert'; readonly table: number; readonly row: readonly SqlValue[] }
  | {
      readonly kind: 'update';
      readonly table: number;
      readonly row: number;
      readonly column: number;
      readonly value: SqlValue;
    }
  | { readonly kind: 'delete'; readonly table: number; readonly row: number };

interface Definition {
  readonly columns: readonly string[];
  readonly constraints: readonly string[];
  readonly options: string;
}

const TABLES = ['t', 'T', 'u', 'we"ird', 'v', 'order', 'staging'];
const COLUMNS = ['a', 'b', 'A', 'c d', 'k', 'rowid', 'z'];

const column: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...COLUMNS).map(quoteName),
    fc.constantFrom('', '', 'INTEGER', 'INT', 'TEXT', 'REAL', 'NUMERIC', 'BLOB', 'ANY', 'DECIMAL(9, 2)'),
    fc.constantFrom(
      '',
      '',
      '',
      'UNIQUE',
      'PRIMARY KEY',
      'NOT NULL',
      'UNIQUE ON CONFLICT REPLACE',
      'PRIMARY KEY AUTOINCREMENT',
    ),
    fc.constantFrom(
      '',
      '',
      '',
      'COLLATE NOCASE',
      "DEFAULT 'x, y'",
      'DEFAULT 5',
      'DEFAULT (random())',
      'DEFAULT CURRENT_TIMESTAMP',
      'AS (1 + 1)',
      'REFERENCES t',
      'REFERENCES u ON DELETE CASCADE',
      'CHECK (a IS NOT 0)',
      'NOT NULL DEFAULT 1.5',
    ),
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '));

const definition: Arbitrary<Definition> = fc.record({
  columns: fc.uniqueArray(column, {
    minLength: 1,
    maxLength: 5,
    selector: (c) => c.split(' ')[0]?.toLowerCase(),
  }),
  constraints: fc.array(
    fc.constantFrom(
      'UNIQUE(a)',
      'PRIMARY KEY(a)',
      'PRIMARY KEY(b, a)',
      'CHECK (b <> 9)',
      'FOREIGN KEY (b) REFERENCES t(a)',
    ),
    { maxLength: 1 },
  ),
  options: fc.constantFrom('', '', '', ' WITHOUT ROWID', ' STRICT', ' STRICT, WITHOUT ROWID'),
});

const n = fc.nat(20);
const row = fc.array(values, { minLength: 5, maxLength: 5 });
const name = fc.constantFrom(...TABLES);
const rows: Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), table: n, row }) },
  fc.record({ kind: fc.constant('update' as const), table: n, row: n, column: n, value: values }),
  fc.record({ kind: fc.constant('delete' as const), table: n, row: n }),
);
const create: Arbitrary<Step> = fc.record({ kind: fc.constant('create' as const), name, definition });
const objects: Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('index' as const),
    table: n,
    column: n,
    form: fc.constantFrom('INDEX', 'UNIQUE INDEX'),
  }),
  fc.record({ kind: fc.constant('view' as const), table: n, name: fc.constantFrom('view 1', 'v', 'u') }),
  fc.record({
    kind: fc.constant('trigger' as const),
    table: n,
    event: fc.constantFrom('AFTER INSERT', 'BEFORE DELETE', 'AFTER UPDATE'),
  }),
);
const alterations: Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), table: n, definition }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add column' as const), table: n, column }) },
  fc.record({ kind: fc.constant('drop column' as const), table: n, column: n }),
  fc.record({
    kind: fc.constant('rename column' as const),
    table: n,
    column: n,
    to: fc.constantFrom(...COLUMNS),
  }),
  fc.record({ kind: fc.constant('rename' as const), table: n, to: name }),
  fc.record({ kind: fc.constant('drop' as const), object: n }),
);

/** Histories of a few tables of which definitions change. */
export const schemaHistories: Arbitrary<SchemaHistory> = fc.record({
  base: fc
    .tuple(
      fc.array(create, { minLength: 1, maxLength: 3 }),
      fc.array(objects, { maxLength: 3 }),
      fc.array(rows, { maxLength: 12 }),
    )
    .map((steps) => steps.flat()),
  edits: fc.array(
    fc.oneof({ weight: 4, arbitrary: alterations }, { weight: 4, arbitrary: rows }, objects, create),
    { minLength: 1, maxLength: 10 },
  ),
});

/** Lets steps happen to a database file; those that SQLite does not allow do not. */
export function takeSteps(file: string, steps: readonly Step[]): void {
  const db = new Database(file);
  // Nobody needs these files after a crash.
  for (const pragma of [
    'synchronous = OFF',
    'journal_mode = MEMORY',
    'foreign_keys = OFF',
    'legacy_alter_table = ON',
  ])
    db.pragma(pragma);
  try {
    for (const step of steps) {
      try {
        db.transaction(() => take(db, step))();
      } catch (error) {
        if (!systemCode(error).startsWith('SQLITE_')) throw error;
      }
    }
  } finally {
    db.close();
  }
}

function take(db: Database.Database, step: Step): void {
  const run = (sql: string, ...args: SqlValue[]): unknown => db.prepare(sql).run(...args);
  if (step.kind === 'create') {
    run(createTable(step.name, step.definition));
    return;
  }
  if (step.kind === 'drop') {
    const all = db
      .prepare(`SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'`)
      .all();
    const object = all[step.object % Math.max(1, all.length)] as { type: string; name: string } | undefined;
    if (object !== undefined) run(`DROP ${object.type} ${quoteName(object.name)}`);
    return;
  }
  const tables = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
    .pluck()
    .all() as string[];
  const table = tables[step.table % Math.max(1, tables.length)];
  if (table === undefined) return;
  const columns = columnsOf(db, table);
  const t = quoteName(table);
  const at = (place: number): string => quoteName(columns[place % columns.length] ?? '');
  const one = (place: number, column: string): string =>
    `${column} IS (SELECT ${column} FROM ${t} LIMIT 1 OFFSET ${place} % max(1, (SELECT count(*) FROM ${t})))`;
  switch (step.kind) {
    case 'rebuild': {
      run(createTable('rebuilt', step.definition));
      const shared = columnsOf(db, 'rebuilt')
        .filter((c) => columns.includes(c))
        .map(quoteName);
      if (shared.length > 0)
        run(`INSERT OR IGNORE INTO rebuilt(${shared.join(',')}) SELECT ${shared.join(',')} FROM ${t}`);
      run(`DROP TABLE ${t}`);
      run(`ALTER TABLE rebuilt RENAME TO ${t}`);
      return;
    }
    case 'add column':
      run(`ALTER TABLE ${t} ADD COLUMN ${step.column}`);
      return;
    case 'drop column':
      run(`ALTER TABLE ${t} DROP COLUMN ${at(step.column)}`);
      return;
    case 'rename column':
      run(`ALTER TABLE ${t} RENAME COLUMN ${at(step.column)} TO ${quoteName(step.to)}`);
      return;
    case 'rename':
      run(`ALTER TABLE ${t} RENAME TO ${quoteName(step.to)}`);
      return;
    case 'index':
      run(`CREATE ${step.form} ${quoteName(`${table} ${step.column}`)} ON ${t}(${at(step.column)})`);
      return;
    case 'view':
      run(`CREATE VIEW ${quoteName(step.name)} AS SELECT * FROM ${t}`);
      return;
    case 'trigger':
      run(
        `CREATE TRIGGER ${quoteName(`${step.event} ${table}`)} ${step.event} ON ${t} BEGIN DELETE FROM ${t}; END`,
      );
      return;
    case 'insert': {
      const { expressions, args } = bindValues(columns.map((_, i) => step.row[i % step.row.length] ?? null));
      withoutTriggers(db, table, () =>
        run(
          `INSERT INTO ${t}(${columns.map(quoteName).join(',')}) VALUES(${expressions.join(',')})`,
          ...args,
        ),
      );
      return;
    }
    case 'update': {
      const { expressions, args } = bindValues([step.value]);
      withoutTriggers(db, table, () =>
        run(
          `UPDATE ${t} SET ${at(step.column)} = ${expressions[0] ?? ''} WHERE ${one(step.row, at(step.column))}`,
          ...args,
        ),
      );
      return;
    }
    case 'delete':
      withoutTriggers(db, table, () => run(`DELETE FROM ${t} WHERE ${one(step.row, at(0))}`));
  }
}

// They would leave no row.
function withoutTriggers(db: Database.Database, table: string, work: () => unknown): void {
  const triggers = db
    .prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?`)
    .all(table) as { name: string; sql: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${quoteName(name)}`);
  work();
  for (const { sql } of triggers) db.exec(sql);
}

function createTable(name: string, { columns, constraints, options }: Definition): string {
  return `CREATE TABLE ${quoteName(name)}(${[...columns, ...constraints].join(', ')})${options}`;
}

/** Names of the columns that can be written. */
function columnsOf(db: Database.Database, table: string): string[] {
  const all = db.prepare('SELECT name, hidden FROM pragma_table_xinfo(?)').all(table) as {
    name: string;
    hidden: number;
  }[];
  return all.filter((c) => c.hidden === 0).map((c) => c.name);
}
