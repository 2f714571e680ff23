import type { RowChange, TableChanges } from '../../changeset/model';
import { declaredKeyTerms, keyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameRow, sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import type { Conflict } from '../conflict';
import type { ConflictPolicy } from '../policy';
import { THERE, type RowDecision } from '../remaining-work';
import { findMoved, type Removal } from './find-moved';
import { inspectCopies } from './inspect-copies';
import { lookUp, pieces } from './look-up';
import { resolveRow } from './row-conflict';
import { identityOf, rowIdentity } from './row-identity';
import { onlyRow } from '../../sqlite/unexpected-answer';

type Row = readonly SqlValue[];

/** The other side's rows that a change is about. */
interface Found {
  /** The row at the same address: the rowid, or the key of a WITHOUT ROWID table. */
  readonly at: Row | undefined;
  /** The row that it is about: the one of the same declared key where rowids are hidden, else the one at the address. */
  readonly same: Row | undefined;
  /** Whether a declared key, or a rowid that is a column, tells which row it is. */
  readonly isNamed: boolean;
}

/** What {@link inspectRows} is told besides. */
export interface InspectOptions {
  readonly encoding: Encoding;
  readonly policy: ConflictPolicy;
  /** Whether the other side may have rows of this table under other hidden rowids. */
  readonly isMoved: boolean;
}

/**
 * Reads the rows of the other side that a table's changes are about. A row that is as it was is still to be written, one
 * that already has the new values is done, and any other is a conflict, resolved where the policy says how.
 *
 * @param decide - told of every row that is not simply to be written, by its {@link rowIdentity}.
 * @returns conflicts that are not resolved.
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
  const written = writtenRows(changes);
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const piece of pieces(changes.rows(kind))) {
      const found = await findRows(query, changes, piece, encoding);
      piece.forEach((change, i) => {
        const where = found[i] as Found;
        const verdict = judge(changes, change, where, { policy, nextRowid, written });
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

async function findRows(
  query: Query,
  changes: TableChanges,
  piece: readonly RowChange[],
  encoding: Encoding,
): Promise<Found[]> {
  const { table, columns, key } = changes;
  const valuesAt = (places: readonly number[]): SqlValue[][] =>
    piece.map((change) => places.map((i) => before(change)[i] as SqlValue));
  const found = await lookUp(
    query,
    changes,
    { terms: keyTerms(table, 't.'), values: valuesAt(key) },
    encoding,
  );
  const theirs = new Map(found.map(({ index, row }) => [index, row]));
  const at = piece.map((_, i) => theirs.get(i));
  if (!hasHiddenRowid(table)) return at.map((row) => ({ at: row, same: row, isNamed: true }));

  // A key with NULLs says nothing: any number of rows may have it.
  const declared = declaredKey(table).map((name) => columns.indexOf(name));
  const isNamed = (change: RowChange): boolean =>
    declared.length > 0 && declared.every((i) => before(change)[i] !== null);
  if (!piece.some(isNamed)) return piece.map((change, i) => unnamed(change, at[i]));
  const terms = declaredKeyTerms(table, 't.');
  const named = await lookUp(query, changes, { terms, values: valuesAt(declared) }, encoding);
  const sameKey = new Map(named.map(({ index, row }) => [index, row]));
  return piece.map((change, i) =>
    isNamed(change) ? { at: at[i], same: sameKey.get(i), isNamed: true } : unnamed(change, at[i]),
  );
}

// Where nothing but a hidden rowid tells rows apart, an added row is no row that is there already.
function unnamed(change: RowChange, at: Row | undefined): Found {
  return { at, same: change.kind === 'insert' ? undefined : at, isNamed: false };
}

/** Whether a row is not where it was, and may be found by its content alone. */
function isElsewhere(change: Removal, { at, isNamed }: Found): boolean {
  return !isNamed && !(change.kind === 'update' && isSame(at, change.new));
}

/** The row by which a change finds the other side's. */
function before(change: RowChange): Row {
  return change.kind === 'insert' ? change.new : change.old;
}

interface JudgeOptions {
  readonly policy: ConflictPolicy;
  readonly nextRowid: () => bigint;
  /** The row that is written under the address of the given one. */
  readonly written: (row: Row) => Row | undefined;
}

function judge(
  changes: TableChanges,
  change: RowChange,
  { at, same, isNamed }: Found,
  { policy, nextRowid, written }: JudgeOptions,
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
  // An equal row is someone else's: nothing says that both mean the same one.
  if (change.kind === 'insert' && !isNamed)
    return { outcome: 'appended', instead: insert(change.new), conflict: null };
  const resolve = (remote: Row | undefined): RowDecision | Conflict =>
    resolveRow(changes, { old, local: now, remote }, policy, insert);
  // What both sides deleted cannot be wrong.
  const alike = (theirs: Row | undefined): RowDecision | Conflict =>
    policy.merge === 'never' && now !== undefined ? resolve(theirs) : THERE;
  if (isSame(at, now) && (now !== undefined || same === undefined)) return alike(at);
  if (hasHiddenRowid(changes.table)) {
    if (hasContent(same, now)) return alike(same);
    // Nothing but the rowid has changed here, which says nothing about their row.
    if (isReplaced && hasContent(old, now)) return { outcome: 'moved', instead: null, conflict: null };
    // Its key was given to another row, which is there already.
    if (same !== undefined && now === undefined && isSame(same, written(same))) return THERE;
    if (change.kind === 'insert' && same === undefined)
      return { outcome: 'appended', instead: insert(change.new), conflict: null };
    if (same !== undefined && hasContent(same, old)) return movedTo(change, same);
  }
  return resolve(same);
}

function isSame(a: Row | undefined, b: Row | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameRow(a, b);
}

/** Whether two rows, of which either may be missing, are the same but for their hidden rowid. */
function hasContent(a: Row | undefined, b: Row | undefined): boolean {
  return isSame(a?.slice(1), b?.slice(1));
}

function movedTo(change: RowChange, theirs: Row): RowDecision {
  return { outcome: 'moved', instead: readdressed(change, theirs), conflict: null };
}

/** A change of a row that has another hidden rowid on the other side, and keeps it. Null if it changes nothing else. */
function readdressed(change: RowChange, theirs: Row): RowChange | null {
  if (change.kind === 'delete') return { ...change, old: theirs };
  const now = [theirs[0] as SqlValue, ...change.new.slice(1)];
  if (change.kind === 'insert') return { ...change, new: now };
  const changed = change.changed.filter((i) => !sameValue(now[i] as SqlValue, theirs[i] as SqlValue));
  return changed.length === 0 ? null : { ...change, old: theirs, new: now, changed };
}

/**
 * Whether an update gives a row another hidden rowid, as INSERT OR REPLACE does. Once the other side has been looked at,
 * such a row keeps the rowid that it has there, since the new one may be taken.
 */
function isMovedOn({ table, key }: TableChanges, change: RowChange): boolean {
  return change.kind === 'update' && hasHiddenRowid(table) && change.changed.some((i) => key.includes(i));
}

function writtenRows(changes: TableChanges): JudgeOptions['written'] {
  let rows: Map<string, Row> | undefined;
  return (row) => {
    if (rows === undefined) {
      rows = new Map();
      for (const kind of ['update', 'insert'] as const) {
        for (const change of changes.rows(kind))
          if (change.kind !== 'delete') rows.set(identityOf(changes, change.new), change.new);
      }
    }
    return rows.get(identityOf(changes, row));
  };
}

/** Gives rowids that neither side uses, for rows whose own is taken. */
async function freeRowids(query: Query, changes: TableChanges): Promise<() => bigint> {
  const { table, columns } = changes;
  if (!hasHiddenRowid(table)) return () => 0n;
  const rowid = quoteName(columns[0] ?? '');
  const found = await query(`SELECT max(${rowid}), min(${rowid}) FROM main.${quoteName(table.name)}`);
  let [greatest, least] = onlyRow(found) as [bigint | null, bigint | null];
  for (const change of changes.rows('insert')) {
    const own = before(change)[0] as bigint;
    if (greatest === null || own > greatest) greatest = own;
    if (least === null || own < least) least = own;
  }
  let [above, below] = [greatest ?? 0n, least ?? 0n];
  return () => (above < GREATEST_ROWID ? ++above : --below);
}

const GREATEST_ROWID = 2n ** 63n - 1n;
