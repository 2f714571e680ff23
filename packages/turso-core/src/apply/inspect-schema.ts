import type { Changeset, SchemaChange } from '../changeset/model';
import { exactProjection, exactRow } from '../local/exact-projection';
import type { Encoding } from '../local/values';
import type { Query } from '../remote/remote';
import type { Conflict } from './conflict';

/** How the other side's definitions stand to a changeset. */
export interface SchemaState {
  readonly conflicts: readonly Conflict[];
  /** Changes that the other side has made as well. */
  readonly done: ReadonlySet<SchemaChange>;
  /** Names of the tables that are there. */
  readonly tables: ReadonlySet<string>;
}

/** Holds the other side's definitions against those that a changeset relies on, makes, and drops. */
export async function inspectSchema(
  query: Query,
  changeset: Changeset,
  encoding: Encoding,
): Promise<SchemaState> {
  const rows = await query(
    `SELECT ${exactProjection(['type', 'name', 'tbl_name', 'sql'])} FROM sqlite_schema WHERE sql IS NOT NULL`,
  );
  const objects = rows.map((row) => exactRow(row, encoding) as [string, string, string, string]);
  const remote = new Map(objects.map(([type, name, , sql]) => [`${type} ${name}`, sql]));
  const conflicts: Conflict[] = [];
  const done = new Set<SchemaChange>();
  for (const change of changeset.schema) {
    const { type, name, sql, table } = change.object;
    const theirs = remote.get(`${type} ${name}`);
    const isDropped = change.action === 'drop';
    if (isDropped ? theirs === undefined || isRemade(changeset, change, theirs) : theirs === sql)
      done.add(change);
    else if (isDropped ? theirs !== sql : theirs !== undefined && !replaces(changeset, change, theirs)) {
      conflicts.push(
        schemaConflict(
          table,
          `${type} "${name}" was ${isDropped ? 'changed' : 'made in another way'} on the remote`,
        ),
      );
    }
  }
  for (const { type, name, table, sql } of changeset.expects) {
    if (changeset.schema.some((c) => c.object.type === type && c.object.name === name)) continue;
    const theirs = remote.get(`${type} ${name}`);
    if (theirs === sql) continue;
    conflicts.push(
      schemaConflict(
        table,
        `${type} "${name}" was ${theirs === undefined ? 'dropped' : 'changed'} on the remote`,
      ),
    );
  }
  const known = new Set([...changeset.expects, ...changeset.schema.map((c) => c.object)].map((o) => o.name));
  const touched = new Set(changeset.expects.map((o) => o.table));
  for (const [type, name, table] of objects) {
    if (type !== 'trigger' || known.has(name) || !touched.has(table)) continue;
    conflicts.push(schemaConflict(table, `trigger "${name}" was added on the remote`));
  }
  return {
    conflicts,
    done,
    tables: new Set(objects.filter(([type]) => type === 'table').map(([, name]) => name)),
  };
}

// A changed index, view or trigger is dropped and made anew: the old one is still there, as expected.
function replaces(changeset: Changeset, change: SchemaChange, theirs: string): boolean {
  const { type, name } = change.object;
  return changeset.schema.some(
    ({ action, object }) =>
      action === 'drop' && object.type === type && object.name === name && object.sql === theirs,
  );
}

// The same index, view or trigger is there already as it is meant to be.
function isRemade(changeset: Changeset, { object }: SchemaChange, theirs: string): boolean {
  return changeset.schema.some(
    (c) =>
      c.action === 'create' &&
      c.object.type === object.type &&
      c.object.name === object.name &&
      c.object.sql === theirs,
  );
}

/** A conflict about definitions rather than rows. */
export function schemaConflict(table: string, what: string): Conflict {
  return {
    kind: 'schema',
    table,
    key: null,
    columns: [],
    old: null,
    local: null,
    remote: null,
    message: `${what}.`,
  };
}
