import { CHANGE_KINDS, type Changeset, type TableChanges, type VirtualChange } from '../../changeset/model';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import { conflictOf, type Conflict } from '../conflict';
import { STRICT } from '../policy';
import { THERE, type RemainingWork } from '../remaining-work';
import { inspectRows } from './inspect-rows';
import type { SchemaState } from './inspect-schema';
import { rowIdentity } from './row-identity';
import { onlyRow, wholeNumber } from '../../sqlite/unexpected-answer';

/** Names of the tables that are changed because a virtual table is stored in them. */
export function shadowTables({ virtual }: Changeset): Set<string> {
  return new Set(virtual.flatMap((v) => v.shadows.map((shadow) => shadow.name)));
}

interface Inspection {
  readonly encoding: Encoding;
  readonly schema: SchemaState;
  /** Gets the decisions about rows. */
  readonly work: RemainingWork;
}

/**
 * Finds the virtual tables that are carried as they are stored, and that are not on the other side as they were, nor as
 * they shall be: single rows of the tables that they are stored in mean nothing.
 */
export async function inspectStored(
  query: Query,
  { virtual, tables }: Changeset,
  inspection: Inspection,
): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const change of virtual) {
    const all = tables.filter((t) => change.shadows.some((s) => s.name === t.table.name));
    if (all.length === 0) continue;
    const state = await findState(query, change, all, inspection);
    if (state === 'other') {
      const message = `Both sides changed this ${change.module} table, which holds no rows that could be told apart.`;
      conflicts.push(conflictOf({ kind: 'virtual table', table: change.table, message }));
    }
    if (state === 'after') {
      for (const changes of all)
        for (const identity of identities(changes)) inspection.work.rows.set(identity, THERE);
    }
  }
  return conflicts;
}

async function findState(
  query: Query,
  { shadows }: VirtualChange,
  all: readonly TableChanges[],
  { encoding, schema }: Inspection,
): Promise<'before' | 'after' | 'other'> {
  const there = shadows.filter((s) => schema.tables.has(s.name));
  if (there.length === 0) {
    // Dropped already, or still to be made.
    return shadows.every((s) => s.from === null) ? 'before' : 'after';
  }
  const counts = new Map<string, number>();
  for (const { name } of there) {
    const [count] = onlyRow(await query(`SELECT count(*) FROM main.${quoteName(name)}`));
    counts.set(name, wholeNumber(count));
  }
  const decided = new Set<string>();
  for (const changes of all) {
    const found = await inspectRows(
      query,
      changes,
      { encoding, policy: STRICT, isMoved: false },
      (identity, { outcome }) => {
        decided.add(outcome === 'there' ? identity : '');
      },
    );
    if (found.length > 0) return 'other';
  }
  const wanted = new Set(all.flatMap((changes) => [...identities(changes)]));
  const isAt = (end: 'from' | 'to'): boolean => shadows.every((s) => counts.get(s.name) === s[end]);
  if (decided.size === 0 && isAt('from')) return 'before';
  return [...wanted].every((identity) => decided.has(identity)) && isAt('to') ? 'after' : 'other';
}

function* identities(changes: TableChanges): Generator<string> {
  for (const kind of CHANGE_KINDS)
    for (const change of changes.rows(kind)) yield rowIdentity(changes, change);
}
