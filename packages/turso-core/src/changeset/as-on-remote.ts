import type { SchemaObject } from '../sqlite/schema/schema';
import type { SetAside } from '../sqlite/schema/set-aside';
import type { Changeset, SchemaChange } from './model';
import { unsupported } from './unsupported';

/**
 * Converts a changeset between two local copies for their remote, if objects were set aside. It then relies on the
 * remote's definitions of their tables.
 */
export function asOnRemote(changeset: Changeset, setAside: readonly SetAside[]): Changeset {
  if (setAside.length === 0) return changeset;
  const there = (object: SchemaObject): SchemaObject => {
    const found = setAside.find((o) => o.type === object.type && o.name === object.name);
    return found?.localSql === object.sql ? { ...object, sql: found.sql } : object;
  };
  const rebuilt = changeset.schema.flatMap((c) => (c.action === 'alter' && c.rebuilt ? [c.from.name] : []));
  // They go when their table is rebuilt, and come back like all indexes.
  const lost = setAside.filter((o) => o.type === 'index' && rebuilt.includes(o.table));
  const indexes = lost.map(({ type, name, table, sql }) => ({ type, name, table, sql }));
  return { ...changeset, expects: [...changeset.expects.map(there), ...indexes] };
}

/** Throws UNSUPPORTED_CHANGE if a change of definitions would lose an object that was set aside. The error names it. */
export function refuseLosses({ schema }: Changeset, setAside: readonly SetAside[]): void {
  for (const change of schema) refuseLoss(change, setAside);
}

function refuseLoss(change: SchemaChange, setAside: readonly SetAside[]): void {
  if (change.object.type !== 'table' || change.action === 'create') return;
  const table = change.action === 'alter' ? change.from.name : change.object.name;
  const keepsIndexes = change.action === 'alter' && change.object.name === table;
  const lost = setAside.find((o) => o.table === table && !(o.type === 'index' && keepsIndexes));
  if (lost === undefined) return;
  const what = lost.type === 'table' ? 'is RANDOM ROWID' : `has the index "${lost.name}"`;
  throw unsupported(`table "${table}", whose definition was changed or dropped, ${what} on the remote`);
}
