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

/** Returns the names of the tables that change because a virtual table is stored in them. */
export function shadowTables({ virtual }: Changeset): Set<string> {
  return new Set(virtual.flatMap((v) => v.shadows.map((shadow) => shadow.name)));
}

interface Inspection {
  readonly encoding: Encoding;
  readonly schema: SchemaState;
  /** Receives the decisions about rows. */
  readonly work: RemainingWork;
}

/**
 * Finds conflicts of virtual tables carried in their stored form: the target has neither the old nor the new state.
 * Single rows of the tables behind a virtual table mean nothing.
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
    // Either dropped already, or still to be created.
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
