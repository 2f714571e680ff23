import type { SchemaObject } from '../local/schema';
import type { SetAside } from '../local/set-aside';
import type { Changeset, SchemaChange } from './model';
import { unsupported } from './schema-diff';

/**
 * A changeset between two local copies as it is for the remote that they come from, where objects were set aside: with the
 * definitions that their tables have there. Throws UNSUPPORTED_CHANGE where a change of definitions would lose one of them.
 */
export function asOnRemote(changeset: Changeset, setAside: readonly SetAside[]): Changeset {
  if (setAside.length === 0) return changeset;
  for (const change of changeset.schema) refuseLoss(change, setAside);
  const there = (object: SchemaObject): SchemaObject => {
    const found = setAside.find((o) => o.type === object.type && o.name === object.name);
    return found?.localSql === object.sql ? { ...object, sql: found.sql } : object;
  };
  return { ...changeset, expects: changeset.expects.map(there) };
}

function refuseLoss({ action, object }: SchemaChange, setAside: readonly SetAside[]): void {
  if (object.type !== 'table' || action !== 'drop') return;
  const lost = setAside.find((o) => o.table === object.name);
  if (lost === undefined) return;
  const what = lost.type === 'table' ? 'is RANDOM ROWID' : `has the index "${lost.name}"`;
  throw unsupported(`table "${object.name}", which was dropped or made anew, ${what} on the remote`);
}
