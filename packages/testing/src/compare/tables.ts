import type { Database } from 'better-sqlite3';
import { moduleOf, type Module } from './modules';

/** A table whose rows are compared. */
export interface Table {
  readonly name: string;
  /** Of a virtual table. */
  readonly module: Module | undefined;
  /** By which name the rowid can be read; `undefined` where it cannot. */
  readonly rowid: string | undefined;
  /** All that can be selected, generated columns included. */
  readonly columns: readonly string[];
}

/** The tables of one database. */
export interface Tables {
  readonly compared: ReadonlyMap<string, Table>;
  /** Whether a table, with all that hangs on it, is left out of the comparison of schema objects. */
  readonly isLeftOut: (name: string) => boolean;
  /** Whether the caller wants nothing to be said of a table. */
  readonly isIgnored: (name: string) => boolean;
}

interface Listed {
  readonly name: string;
  readonly type: 'table' | 'view' | 'virtual' | 'shadow';
  readonly wr: bigint;
}

const INTERNAL = 'sqlite_';
const CONTENT = '_content';

/**
 * Lists the tables.
 *
 * The shadow tables of virtual tables are left out, since how a full-text index is cut into segments says nothing.
 * Only rows of `*_content` are compared: they are the documents, and where they are the user's own
 * (`CREATE VIRTUAL TABLE f USING fts5(x, content=f_content)`), SQLite calls that table a shadow table all the same.
 */
export function listTables(db: Database, ignored: readonly string[] = []): Tables {
  const ignoredNames = new Set(ignored.map((name) => name.toLowerCase()));
  const isIgnored = (name: string) => ignoredNames.has(name.toLowerCase());
  const listed = (db.pragma('main.table_list') as Listed[]).filter(({ name }) => !name.startsWith(INTERNAL));
  const shadows = new Set(listed.filter(({ type }) => type === 'shadow').map(({ name }) => name));
  const isCompared = ({ name, type }: Listed) => {
    if (type === 'shadow') return name.endsWith(CONTENT) && !isIgnored(name.slice(0, -CONTENT.length));
    if (type === 'virtual' && moduleOf(db, name) === undefined) return false;
    return type !== 'view' && !isIgnored(name);
  };
  return {
    compared: new Map(listed.filter(isCompared).map((table) => [table.name, describe(db, table)])),
    isLeftOut: (name) =>
      isIgnored(name) || shadows.has(name) || name.startsWith('sqlite_stat') || name === 'sqlite_sequence',
    isIgnored,
  };
}

function describe(db: Database, { name, type, wr }: Listed): Table {
  const all = db
    .prepare<[string], { name: string; hidden: bigint }>('SELECT * FROM pragma_table_xinfo(?)')
    .all(name);
  const taken = new Set(all.map((column) => column.name.toLowerCase()));
  return {
    name,
    module: type === 'virtual' ? moduleOf(db, name) : undefined,
    rowid: wr === 1n ? undefined : ['rowid', '_rowid_', 'oid'].find((alias) => !taken.has(alias)),
    columns: all.filter(({ hidden }) => hidden !== 1n).map((column) => column.name), // 1: of a virtual table
  };
}
