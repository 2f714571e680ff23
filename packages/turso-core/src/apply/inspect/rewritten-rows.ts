import type { Changeset, TableChanges } from '../../changeset/model';
import { quoteValues } from '../../sqlite/values/quote';
import { conflictOf, keyObject, rowObject, type Conflict } from '../conflict';
import { RemainingWork, THERE } from '../remaining-work';
import { rowIdentity } from './row-identity';

/**
 * Tells which rows of an altered table are deleted only to be inserted again: as they were, they do not fit its new
 * definition. It tells them by what people know them by. Null if the table is not altered.
 */
export function rewrittenRows({ schema, tables }: Changeset, { table }: TableChanges): IsRewritten | null {
  const alteration = schema.find((c) => c.action === 'alter' && c.from.name === table.name);
  const after = tables.find((t) => !t.beforeSchema && t.table.name === alteration?.object.name);
  if (after === undefined) return null;
  let keys: Set<string> | undefined;
  return (key) => {
    if (key === null) return false;
    keys ??= new Set(
      [...after.rows('insert')].map((c) => (c.kind === 'insert' ? nameOf(keyObject(after, c.new)) : '')),
    );
    return keys.has(nameOf(key));
  };
}

/** Whether a row of an altered table is deleted only to be inserted again; see {@link rewrittenRows}. */
export type IsRewritten = (key: Conflict['key']) => boolean;

// Columns may have other names before than afterwards.
function nameOf(key: NonNullable<Conflict['key']>): string {
  return quoteValues(Object.values(key));
}

/** A conflict about a row that is rewritten says so: nobody has deleted it. */
export function asRewritten(conflict: Conflict, isRewritten: IsRewritten): Conflict {
  if (conflict.kind !== 'delete/update' || !isRewritten(conflict.key)) return conflict;
  return { ...conflict, kind: 'schema', message: messageFor('changed') };
}

/** Rows that somebody has deleted would be back, if they were inserted again. */
export function resurrections(
  changes: TableChanges,
  isRewritten: IsRewritten,
  work: RemainingWork,
): Conflict[] {
  const { table, columns } = changes;
  return [...changes.rows('delete')].flatMap((change) => {
    if (change.kind !== 'delete' || work.rows.get(rowIdentity(changes, change)) !== THERE) return [];
    const key = keyObject(changes, change.old);
    if (!isRewritten(key)) return [];
    const known = { table: table.name, key, old: rowObject(columns, change.old) };
    return conflictOf({ kind: 'schema', ...known, message: messageFor('deleted') });
  });
}

function messageFor(what: 'changed' | 'deleted'): string {
  return `Your new definition of this table rewrites this row, and it was ${what} on the remote.`;
}
