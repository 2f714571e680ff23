import type { Changeset, SchemaChange, SequenceChange } from '../../changeset/model';
import { keepCounter, restoreCounter } from '../../changeset/schema/counters';
import { isCounted } from '../../sqlite/schema/is-counted';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';
import { guardForeignKeys, guardNewForeignKeys, type Orphans } from './foreign-key-guards';
import { guard } from '../../sqlite/guard';
import { operationsOf } from './firing';
import { schemaStatements } from './schema-statements';
import { tableStatements, type RemainingRows, type StatementOptions } from './table-statements';

/** The remaining work of a changeset; see {@link changesetStatements}. */
export interface Remaining extends RemainingRows {
  /** Schema changes that are there already. */
  readonly done: ReadonlySet<SchemaChange>;
  /** Others' indexes on rebuilt tables: they are put back like ours. */
  readonly adopted: readonly SchemaObject[];
  /** Whether user_version can be carried. */
  readonly userVersion: boolean;
  /** Rows of the target that had no parent before. */
  readonly orphans: readonly Orphans[];
}

/**
 * Returns the statements of one transaction that apply a changeset, or fail if the target is not as expected.
 *
 * - Definitions: guard them, set triggers aside, drop, alter and create tables.
 * - Rows: delete, update and insert them, each with a guard.
 * - Indexes, views and triggers: create them and put them back.
 * - Foreign keys: check them.
 *
 * Throws VALUE_TOO_LARGE for a row of more than `maxRowBytes`.
 */
export function changesetStatements(
  changeset: Changeset,
  remaining: Remaining,
  options: StatementOptions,
): Statement[] {
  const tables = changeset.tables
    .filter((t) => !t.beforeSchema)
    .map((changes) => tableStatements(changes, remaining, options));
  const rows = tables.flatMap((t) => [...t.deletes, ...t.updates, ...t.inserts]);
  const schema = schemaStatements(changeset, remaining, {
    operations: operationsOf(rows),
    keep: options.keep,
  });
  const { before, after, isAltering, untriggered } = schema;
  const counted = changeset.tables
    .filter((t) => !t.beforeSchema && isCounted(t.table))
    .map((t) => t.table.name);
  return [
    ...before,
    ...counted.map((table) => ({ sql: keepCounter(table) })),
    ...tables.flatMap((t) => t.deletes),
    ...tables.flatMap((t) => t.updates),
    ...tables.flatMap((t) => t.inserts),
    ...after,
    ...counted.flatMap(restoreCounter).map((sql) => ({ sql })),
    ...changeset.sequences.flatMap(sequenceStatements),
    ...(remaining.userVersion ? userVersionStatements(changeset) : []),
    ...changeset.foreignKeys.map((check) => guardForeignKeys(check, remaining.orphans)),
    ...(changeset.tables.length > 0 || isAltering
      ? [guardNewForeignKeys(untriggered, changeset.knownTables, remaining.orphans)]
      : []),
  ];
}

// A counter moved by both sides keeps the higher value: no rowid is used twice.
function sequenceStatements({ table, from, to }: SequenceChange): Statement[] {
  if (to === null)
    return [{ sql: 'DELETE FROM sqlite_sequence WHERE name = ? AND seq IS ?', args: [table, from] }];
  if (from !== null && to < from) {
    return [
      { sql: 'UPDATE sqlite_sequence SET seq = ? WHERE name = ? AND seq IS ?', args: [to, table, from] },
    ];
  }
  return [
    {
      sql: `INSERT INTO sqlite_sequence(name, seq) SELECT ?, ?
            WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)`,
      args: [table, to, table],
    },
    { sql: 'UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?', args: [to, table] },
  ];
}

function userVersionStatements({ userVersion }: Changeset): Statement[] {
  if (userVersion === null) return [];
  const { from, to } = userVersion;
  return [
    guard(`(SELECT user_version FROM pragma_user_version) IN (${from}, ${to})`),
    { sql: `PRAGMA user_version = ${to}`, sets: 'user_version' },
  ];
}
