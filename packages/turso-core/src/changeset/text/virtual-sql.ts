import { quoteName, quoteString, quoteValue } from '../../sqlite/values/quote';
import type { Changeset, IndexSetting, SchemaChange, VirtualChange } from '../model';

/** SQL for virtual tables apart from single rows, by its place in a transaction. */
export interface VirtualSql {
  /** Tables that `replacements` drops and recreates, with their rows. */
  readonly replaced: ReadonlySet<string>;
  /** Before any row is changed. */
  readonly replacements: readonly VirtualStatement[];
  /** After tables are created, before rows are inserted. */
  readonly clearings: readonly VirtualStatement[];
  /** After all rows, and after views are created: the source of an index may be a view. */
  readonly commands: readonly VirtualStatement[];
}

/** A statement, and its virtual table. */
export interface VirtualStatement {
  readonly sql: string;
  readonly table: string;
}

/** Returns the SQL of a changeset for its virtual tables. `done` are schema changes made already. */
export function virtualSql(
  { schema, virtual }: Pick<Changeset, 'schema' | 'virtual'>,
  done: ReadonlySet<SchemaChange> = new Set(),
): VirtualSql {
  const made = new Map(
    schema
      .filter((c) => c.action === 'create' && c.object.type === 'table' && !done.has(c))
      .map(({ object }) => [object.name, object.sql]),
  );
  const replaced = virtual.filter((v) => v.keeps !== null);
  return {
    replaced: new Set(replaced.map((v) => v.table)),
    replacements: replaced.flatMap((v) => about(v, replace(v, made.get(v.table)))),
    clearings: virtual.filter((v) => made.has(v.table)).flatMap((v) => about(v, clear(v))),
    commands: virtual.flatMap((v) =>
      about(v, [
        ...v.settings.map((setting) => set(v.table, setting)),
        ...(v.rebuild ? [rebuild(v.table)] : []),
      ]),
    ),
  };
}

function about({ table }: VirtualChange, statements: readonly string[]): VirtualStatement[] {
  return statements.map((sql) => ({ sql, table }));
}

const KEPT = quoteName('turso_sync_staging_virtual');

// Through a table, to keep rows that someone else has added as well.
function replace({ table, keeps }: VirtualChange, sql: string | undefined): string[] {
  if (keeps === null || sql === undefined) return [];
  const name = quoteName(table);
  const columns = keeps.map(quoteName);
  return [
    `CREATE TABLE ${KEPT} AS SELECT ${columns.map((column, i) => `${column} AS c${i}`).join(',')} FROM ${name}`,
    `DROP TABLE ${name}`,
    sql,
    `INSERT INTO ${name}(${columns.join(',')}) SELECT * FROM ${KEPT}`,
    `DROP TABLE ${KEPT}`,
  ];
}

// A new index begins with some rows that mark it as empty.
function clear({ shadows }: VirtualChange): string[] {
  return shadows.filter((shadow) => shadow.from === null).map(({ name }) => `DELETE FROM ${quoteName(name)}`);
}

// https://sqlite.org/fts5.html#special_insert_commands
function set(table: string, { name, to }: IndexSetting): string {
  const index = quoteName(table);
  return `INSERT INTO ${index}(${index}, rank) VALUES(${quoteString(name)}, ${quoteValue(to)})`;
}

function rebuild(table: string): string {
  const index = quoteName(table);
  return `INSERT INTO ${index}(${index}) VALUES('rebuild')`;
}
