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

/** What of a changeset is still to be done; see {@link changesetStatements}. */
export interface Remaining extends RemainingRows {
  /** Schema changes that are there already. */
  readonly done: ReadonlySet<SchemaChange>;
  /** Indexes of others on tables that are made anew: they are put back as ours are. */
  readonly adopted: readonly SchemaObject[];
  /** Whether user_version can be carried. */
  readonly userVersion: boolean;
  /** Rows of the other side that had no parent before. */
  readonly orphans: readonly Orphans[];
}

/**
 * The statements of one transaction that make a changeset happen, or fail where the other side is not as expected:
 * definitions guarded, triggers put aside, tables dropped, altered, created; rows deleted, updated, inserted, each guarded;
 * indexes, views and triggers made and put back; foreign keys checked.
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

// A counter that both sides have moved keeps the higher value, so that no rowid is given out twice.
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
