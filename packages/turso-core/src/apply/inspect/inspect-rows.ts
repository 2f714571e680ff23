import type { RowChange, TableChanges } from '../../changeset/model';
import { hasHiddenRowid } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import type { Conflict } from '../conflict';
import type { ConflictPolicy } from '../policy';
import { THERE, type RowDecision } from '../remaining-work';
import { findMoved, type Removal } from './find-moved';
import { findRows, hasContent, isSame, rowBefore, type Found } from './find-rows';
import { inspectCopies } from './inspect-copies';
import { pieces } from './look-up';
import { resolveRow } from './row-conflict';
import { identityOf, rowIdentity } from './row-identity';
import { onlyRow } from '../../sqlite/unexpected-answer';

type Row = readonly SqlValue[];

/** Options of {@link inspectRows}. */
export interface InspectOptions {
  readonly encoding: Encoding;
  readonly policy: ConflictPolicy;
  /** Whether the target may have rows of this table under other hidden rowids. */
  readonly isMoved: boolean;
}

/**
 * Reads the target's rows for the changes of a table. An unchanged row remains to be written, and a row with the new
 * values is done. Any other row is a conflict, resolved if the policy says how.
 *
 * @param decide - called with the {@link rowIdentity} of every row that is not simply to be written.
 * @returns unresolved conflicts.
 */
export async function inspectRows(
  query: Query,
  changes: TableChanges,
  { encoding, policy, isMoved }: InspectOptions,
  decide: (identity: string, decision: RowDecision) => void,
): Promise<Conflict[]> {
  if (changes.key.length === 0) return inspectCopies(query, changes, policy, decide);
  const conflicts: Conflict[] = [];
  const missing: { change: Removal; verdict: RowDecision | Conflict }[] = [];
  const settle = (change: RowChange, verdict: RowDecision | Conflict): void => {
    if ('outcome' in verdict) decide(rowIdentity(changes, change), verdict);
    else conflicts.push(verdict);
  };
  const nextRowid = await freeRowids(query, changes);
  const leaving = new Set<string>();
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const piece of pieces(changes.rows(kind))) {
      const found = await findRows(query, changes, piece, encoding);
      piece.forEach((change, i) => {
        const where = exceptLeaving(changes, change, found[i] as Found, leaving);
        const verdict = judge(changes, change, where, { policy, nextRowid });
        if (verdict === 'write' && change.kind === 'delete') leaving.add(rowIdentity(changes, change));
        if (verdict === 'write') return;
        if (change.kind !== 'insert' && isElsewhere(change, where)) missing.push({ change, verdict });
        else settle(change, verdict);
      });
    }
  }
  const sought = missing.map(({ change }) => change);
  const moved = isMoved ? await findMoved(query, changes, sought) : [];
  missing.forEach(({ change, verdict }, i) => {
    const theirs = moved[i];
    settle(change, theirs === undefined ? verdict : movedTo(change, theirs));
  });
  return conflicts;
}

/** Lets a new row take the hidden rowid of a row deleted before it. */
function exceptLeaving(
  changes: TableChanges,
  change: RowChange,
  found: Found,
  leaving: ReadonlySet<string>,
): Found {
  const { at, same } = found;
  const isFree = change.kind === 'insert' && at !== undefined && leaving.has(identityOf(changes, at));
  return isFree ? { ...found, at: undefined, same: same === at ? undefined : same } : found;
}

/** Checks whether a row is not in its old place, and can only be found by its content. */
function isElsewhere(change: Removal, { at, isNamed }: Found): boolean {
  return !isNamed && !(change.kind === 'update' && isSame(at, change.new));
}

interface JudgeOptions {
  readonly policy: ConflictPolicy;
  readonly nextRowid: () => bigint;
}

function judge(
  changes: TableChanges,
  change: RowChange,
  { at, same, isNamed }: Found,
  { policy, nextRowid }: JudgeOptions,
): 'write' | RowDecision | Conflict {
  const old = change.kind === 'insert' ? undefined : change.old;
  const now = change.kind === 'delete' ? undefined : change.new;
  if (isSame(at, old) && (old !== undefined || same === undefined))
    return isMovedOn(changes, change) ? movedTo(change, at ?? []) : 'write';
  const isReplaced = isMovedOn(changes, change);
  const insert = (row: Row): RowChange => ({
    kind: 'insert',
    new: at === undefined && !isReplaced ? row : [nextRowid(), ...row.slice(1)],
  });
  // An equal row is someone else's: nothing says that both mean the same row.
  if (change.kind === 'insert' && !isNamed)
    return { outcome: 'appended', instead: insert(change.new), conflict: null };
  const resolve = (remote: Row | undefined): RowDecision | Conflict =>
    resolveRow(changes, { old, local: now, remote }, policy, insert);
  // If both sides deleted a row, the result is always right.
  const alike = (theirs: Row | undefined): RowDecision | Conflict =>
    policy.merge === 'never' && now !== undefined ? resolve(theirs) : THERE;
  if (isSame(at, now) && (now !== undefined || same === undefined)) return alike(at);
  if (hasHiddenRowid(changes.table)) {
    if (hasContent(same, now)) return alike(same);
    // Only the rowid has changed here, and it says nothing about their row.
    if (isReplaced && hasContent(old, now)) return { outcome: 'moved', instead: null, conflict: null };
    if (change.kind === 'insert' && same === undefined)
      return { outcome: 'appended', instead: insert(change.new), conflict: null };
    if (same !== undefined && hasContent(same, old)) return movedTo(change, same);
  }
  return resolve(same);
}

function movedTo(change: RowChange, theirs: Row): RowDecision {
  return { outcome: 'moved', instead: readdressed(change, theirs), conflict: null };
}

/** Readdresses a change to a row that keeps its other hidden rowid on the target. Null if nothing else changes. */
function readdressed(change: RowChange, theirs: Row): RowChange | null {
  if (change.kind === 'delete') return { ...change, old: theirs };
  const now = [theirs[0] as SqlValue, ...change.new.slice(1)];
  if (change.kind === 'insert') return { ...change, new: now };
  const changed = change.changed.filter((i) => !sameValue(now[i] as SqlValue, theirs[i] as SqlValue));
  return changed.length === 0 ? null : { ...change, old: theirs, new: now, changed };
}

/**
 * Checks whether an update gives a row another hidden rowid, as INSERT OR REPLACE does. After the target has been
 * inspected, such a row keeps its rowid there, because the new one may be taken.
 */
function isMovedOn({ table, key }: TableChanges, change: RowChange): boolean {
  return change.kind === 'update' && hasHiddenRowid(table) && change.changed.some((i) => key.includes(i));
}

/** Returns a source of rowids that neither side uses, for rows with a rowid already taken. */
async function freeRowids(query: Query, changes: TableChanges): Promise<() => bigint> {
  const { table, columns } = changes;
  if (!hasHiddenRowid(table)) return () => 0n;
  const rowid = quoteName(columns[0] ?? '');
  const found = await query(`SELECT max(${rowid}), min(${rowid}) FROM main.${quoteName(table.name)}`);
  let [greatest, least] = onlyRow(found) as [bigint | null, bigint | null];
  for (const change of changes.rows('insert')) {
    const own = rowBefore(change)[0] as bigint;
    if (greatest === null || own > greatest) greatest = own;
    if (least === null || own < least) least = own;
  }
  let [above, below] = [greatest ?? 0n, least ?? 0n];
  return () => (above < GREATEST_ROWID ? ++above : --below);
}

const GREATEST_ROWID = 2n ** 63n - 1n;
