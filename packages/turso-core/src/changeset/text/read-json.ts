import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns, readSchema, rowColumns, type Table } from '../../sqlite/schema/schema';
import { CHANGE_KINDS, type Changeset, type TableChanges } from '../model';
import { findExpected } from '../schema/expected';
import { indexChanges, unreadable, type ChangesHead, type TableEntry } from './changes-file';
import { deriveSchema, type Definitions } from './derive-schema';
import { countRows, readTableChanges } from './read-rows';
import { readSchemaChanges, readSequences, readVirtual, readDefinitions } from './read-head';

export { readChangesHead, type ChangesHead } from './changes-file';

/** A file of changes; rows are read from it as they are asked for. */
export interface ChangesFile {
  readonly head: ChangesHead;
  /**
   * The changes, for a database that is as before them. All of it follows from what people read in the file, and from the
   * database. Throws UNSUPPORTED_CHANGE, and CHANGES_UNREADABLE at a row that is not whole.
   *
   * @param folder - where to put private copies.
   */
  changeset(before: Database, folder: string): Changeset;
  /** What takes the changes back, for a database that is as after them. Null where definitions are among them. */
  inverse(after: Database): Changeset | null;
}

/** Opens a file that `changesetJson` has written. Throws CHANGES_UNREADABLE and DEFINITION_INVALID. */
export function openChanges(file: string): ChangesFile {
  const { head, tables } = indexChanges(file);
  const shown = {
    schema: readSchemaChanges(file, head),
    virtual: readVirtual(file, head),
    sequences: readSequences(file, head),
    definitions: readDefinitions(file, head),
  };
  checkSummary(file, head, shown);
  checkCounts(file, head, tables);
  const { userVersion } = head.summary;
  const build = (db: Database, definitions: Definitions, isInverse: boolean): Omit<Changeset, 'expects'> => ({
    schema: definitions.schema,
    virtual: shown.virtual,
    sequences: shown.sequences,
    userVersion,
    notCarried: [],
    tables: tables.map((entry) => readTable({ file, entry, db, isInverse }, definitions)),
    knownTables: [...definitions.before.tables.keys(), ...definitions.after.keys()],
    renumbered: [],
    // What was broken before is not known; a push checks for itself.
    foreignKeys: [],
  });
  return {
    head,
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

/** Throws unless the summary names the same definitions and counters as the file has. */
function checkSummary(
  file: string,
  { summary }: ChangesHead,
  { schema, sequences }: Pick<Changeset, 'schema' | 'sequences'>,
): void {
  const names = schema.map(({ action, object: { type, name } }) => [action, type, name].join(' '));
  const told = summary.schema.map(({ action, type, name }) => [action, type, name].join(' '));
  const isSame = names.join('\0') === told.join('\0');
  if (isSame && sequences.map((s) => s.table).join('\0') === summary.sequences.join('\0')) return;
  throw unreadable(file, 'its summary names other definitions or counters than it has');
}

/** Throws unless the file has as many rows of each table and kind as its summary says. */
function checkCounts(file: string, { summary }: ChangesHead, tables: readonly TableEntry[]): void {
  for (const kind of CHANGE_KINDS) {
    const sum = summary.tables.reduce((n, table) => n + table[kind], 0);
    if (sum !== summary.total[kind]) throw unreadable(file, `its summary of ${kind} does not add up`);
  }
  const names = new Set([...tables.map((t) => t.table), ...summary.tables.map((t) => t.table)]);
  for (const name of names) {
    const told = summary.tables.find((t) => t.table === name);
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
  },
  { before, after }: Definitions,
): TableChanges {
  const { file, entry } = source;
  const name = entry.table;
  const table =
    (entry.beforeSchema ? undefined : after.get(name)) ?? before.tables.get(name) ?? after.get(name);
  if (table === undefined) throw unreadable(file, `it has rows of "${name}", and no definition of it`);
  const columns = rowColumns(table);
  const key = keyColumns(table);
  if (entry.columns.join('\0') !== columns.join('\0') || entry.key.join('\0') !== key.join('\0'))
    throw unreadable(file, `"${name}" has other columns than it says`);
  return readTableChanges({ ...source, table, key: key.map((column) => columns.indexOf(column)) });
}
