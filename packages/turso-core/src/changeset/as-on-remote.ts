import type { SchemaObject } from '../sqlite/schema/schema';
import type { SetAside } from '../sqlite/schema/set-aside';
import type { Changeset, SchemaChange } from './model';
import { unsupported } from './unsupported';

/**
 * A changeset between two local copies as it is for the remote that they come from, where objects were set aside: it relies
 * on the definitions that their tables have there.
 */
export function asOnRemote(changeset: Changeset, setAside: readonly SetAside[]): Changeset {
  if (setAside.length === 0) return changeset;
  const there = (object: SchemaObject): SchemaObject => {
    const found = setAside.find((o) => o.type === object.type && o.name === object.name);
    return found?.localSql === object.sql ? { ...object, sql: found.sql } : object;
  };
  const rebuilt = changeset.schema.flatMap((c) => (c.action === 'alter' && c.rebuilt ? [c.from.name] : []));
  // They go with the tables that are made anew, and come back as all indexes do.
  const lost = setAside.filter((o) => o.type === 'index' && rebuilt.includes(o.table));
  const indexes = lost.map(({ type, name, table, sql }) => ({ type, name, table, sql }));
  return { ...changeset, expects: [...changeset.expects.map(there), ...indexes] };
}

/** Throws UNSUPPORTED_CHANGE, naming it, where a change of definitions would lose something that was set aside. */
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
