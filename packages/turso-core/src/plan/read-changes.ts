import type { Database } from '../sqlite/files/sqlite';
import { keyColumns, readSchema, rowColumns, type Table } from '../sqlite/schema/schema';
import { CHANGE_KINDS, type Changeset, type TableChanges } from '../changeset/model';
import { findExpected } from '../changeset/schema/expected';
import type { PlanHead } from './plan';
import { indexPlan, unreadable, type FileHead, type TableEntry } from './plan-file';
import { deriveSchema, type Definitions } from './derive-schema';
import { countRows, readTableChanges } from './read-rows';
import { readSchemaChanges, readSequences, readVirtual, readDefinitions } from './read-definitions';

/** The changes of a plan's file; rows are read from it on demand. */
export interface OpenedChanges {
  readonly head: FileHead;
  /** Names of the tables and views affected by the changes. */
  readonly about: readonly string[];
  /**
   * Returns the changes for a database in the state before them. Everything follows from the readable content of the
   * file and from the database.
   * Throws UNSUPPORTED_CHANGE, and CHANGES_UNREADABLE at an incomplete row.
   *
   * @param folder - the place for private copies.
   */
  changeset(before: Database, folder: string): Changeset;
  /** Returns the inverse of the changes, for a database in the state after them. Null if they include definitions. */
  inverse(after: Database): Changeset | null;
}

/** Opens the changes of a plan to apply them. Throws CHANGES_UNREADABLE, PLAN_TOO_NEW and DEFINITION_INVALID. */
export function openChanges(file: string): OpenedChanges {
  const { head, tables } = indexPlan(file);
  const shown = {
    schema: readSchemaChanges(file, head),
    virtual: readVirtual(file, head),
    sequences: readSequences(file, head),
    definitions: readDefinitions(file, head),
  };
  checkCounts(file, head, tables);
  const { userVersion } = head.changes;
  const isSaved = head.saved !== null;
  const build = (db: Database, definitions: Definitions, isInverse: boolean): Omit<Changeset, 'expects'> => ({
    schema: definitions.schema,
    virtual: shown.virtual,
    sequences: shown.sequences,
    userVersion,
    notCarried: [],
    tables: tables.map((entry) => readTable({ file, entry, db, isInverse, isSaved }, definitions)),
    knownTables: [...definitions.before.tables.keys(), ...definitions.after.keys()],
    renumbered: [],
    // Earlier violations are unknown; a push checks for itself.
    foreignKeys: [],
  });
  return {
    head,
    about: [
      ...new Set([
        ...tables.map((t) => t.table),
        ...shown.schema.flatMap((c) => [c.object.table, ...(c.action === 'alter' ? [c.from.name] : [])]),
        ...shown.virtual.map((v) => v.table),
        ...shown.sequences.map((s) => s.table),
      ]),
    ],
    changeset(before, folder) {
      const definitions = deriveSchema(before, shown.schema, shown.definitions ?? [], folder);
      const touched = new Set([...tables.map((t) => t.table), ...shown.virtual.map((v) => v.table)]);
      const expects = shown.definitions ?? findExpected(definitions.before, definitions.schema, touched);
      return { ...build(before, definitions, false), expects };
    },
    inverse(after) {
      if (shown.schema.length > 0 || shown.virtual.length > 0) return null;
      const schema = readSchema(after);
      const definitions = { before: schema, after: new Map<string, Table>(), schema: [] };
      const swap = <T>({ from, to }: { from: T; to: T }): { from: T; to: T } => ({ from: to, to: from });
      const changes = build(after, definitions, true);
      return {
        ...changes,
        sequences: changes.sequences.map((s) => ({ ...s, ...swap(s) })),
        userVersion: userVersion === null ? null : swap(userVersion),
        expects: findExpected(schema, [], new Set(tables.map((t) => t.table))),
      };
    },
  };
}

/** Throws unless the file has as many rows of each table and kind as its head says. */
function checkCounts(file: string, { changes }: PlanHead, tables: readonly TableEntry[]): void {
  for (const kind of CHANGE_KINDS) {
    const sum = changes.tables.reduce((n, table) => n + table[kind], 0);
    if (sum !== changes.total[kind]) throw unreadable(file, `its total of ${kind} does not add up`);
  }
  const names = new Set([...tables.map((t) => t.table), ...changes.tables.map((t) => t.table)]);
  for (const name of names) {
    const told = changes.tables.find((t) => t.table === name);
    const entries = tables.filter((t) => t.table === name);
    for (const kind of CHANGE_KINDS) {
      const found = entries.reduce((n, entry) => n + countRows(file, entry, kind), 0);
      if (found !== (told?.[kind] ?? 0))
        throw unreadable(file, `it has ${found} rows of ${kind} in "${name}", and says ${told?.[kind] ?? 0}`);
    }
  }
}

function readTable(
  source: {
    readonly file: string;
    readonly entry: TableEntry;
    readonly db: Database;
    readonly isInverse: boolean;
    readonly isSaved: boolean;
  },
  { before, after }: Definitions,
): TableChanges {
  const { file, entry, isSaved } = source;
  const name = entry.table;
  const table =
    (entry.beforeSchema ? undefined : after.get(name)) ?? before.tables.get(name) ?? after.get(name);
  if (table === undefined) throw unreadable(file, `it has rows of "${name}", and no definition of it`);
  const columns = rowColumns(table);
  const key = keyColumns(table);
  if (entry.columns.join('\0') !== columns.join('\0') || entry.key.join('\0') !== key.join('\0'))
    throw unreadable(file, `"${name}" has other columns than it says`);
  const isWhole = isSaved || after.has(name);
  return readTableChanges({ ...source, isWhole, table, key: key.map((column) => columns.indexOf(column)) });
}
