import type { Changeset, TableChanges } from '../../changeset/model';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import { conflictOf, keyObject, rowObject, type Conflict } from '../conflict';
import type { Orphans } from '../statements/foreign-key-guards';
import type { Remaining } from '../statements/changeset-statements';
import { indexConflict, indexMisfit, newIndex } from './alteration-conflicts';
import { findForbidden } from './find-checked';
import { lookUp, pieces } from './look-up';
import { identityOf } from './row-identity';
import { movedRows, writes, type Write } from './written-rows';

/** The refused work, and how the target refused it. */
export interface Refusal {
  readonly changeset: Changeset;
  readonly remaining: Pick<Remaining, 'row'>;
  /** The error's message. */
  readonly message: string;
  /** The statement that failed, if there was one. */
  readonly failed: Statement | undefined;
}

/** Rows already known to be behind a refusal. */
interface KnownRows {
  readonly encoding: Encoding;
  /** Rows that would lack their parent. */
  readonly orphans: readonly Orphans[];
}

/** A conflict with a rule, and the {@link rowIdentity} of the change that causes it; null if unknown. */
export interface RuleConflict {
  readonly conflict: Conflict;
  readonly cause: string | null;
}

/**
 * Finds the rows behind a refusal by the target's rules: foreign keys, uniqueness, checks, new indexes. Returns an empty list if
 * none of these refused.
 */
export async function inspectRules(
  query: Query,
  refusal: Refusal,
  { encoding, orphans }: KnownRows,
): Promise<RuleConflict[]> {
  const { message } = refusal;
  if (orphans.length > 0) {
    return Promise.all(orphans.map((orphan) => orphanConflict(query, refusal, orphan, encoding)));
  }
  const unique = /UNIQUE constraint failed: ([^\n]*)/.exec(message)?.[1];
  if (unique !== undefined) return uniqueConflicts(query, refusal, unique, encoding);
  const check = /(?:CHECK|NOT NULL) constraint failed: ([^\n]*)/.exec(message)?.[1];
  const ofIndex = indexConflict(refusal);
  if (ofIndex !== null) return [{ conflict: ofIndex, cause: null }];
  if (check === undefined) return [];
  return checkConflicts(query, refusal, check);
}

/** Returns the conflict: either our row refers to a row they deleted, or their row refers to one we delete. */
async function orphanConflict(
  query: Query,
  { changeset: { tables, foreignKeys }, remaining }: Refusal,
  { table, rowid, parent }: Orphans,
  encoding: Encoding,
): Promise<RuleConflict> {
  const name = foreignKeys.find((check) => check.table === table)?.rowid ?? 'rowid';
  const known = { kind: 'foreign key', table, key: rowid === null ? null : { [name]: rowid } } as const;
  const changes = tables.find((t) => t.table.name === table);
  const place = changes?.columns.indexOf(name) ?? -1;
  const isAddressed = changes !== undefined && changes.key.length > 0;
  if (isAddressed && rowid !== null && place >= 0) {
    for (const { identity, change } of writes(changes, remaining)) {
      if (!sameValue(change.new[place] as SqlValue, rowid)) continue;
      const message = `This row refers to a row of "${parent}" that is not there on the remote.`;
      const old = change.kind === 'update' ? rowObject(changes.columns, change.old) : null;
      const local = rowObject(changes.columns, change.new);
      return { conflict: conflictOf({ ...known, old, local, message }), cause: identity };
    }
    const terms = [`t.${quoteName(name)}`];
    const [found] = await lookUp(query, changes, { terms, values: [[rowid]] }, encoding);
    const remote = found === undefined ? null : rowObject(changes.columns, found.row);
    return { conflict: conflictOf({ ...known, remote, message: orphaned(parent) }), cause: null };
  }
  return { conflict: conflictOf({ ...known, message: orphaned(parent) }), cause: null };
}

function orphaned(parent: string): string {
  return `This row on the remote would refer to a row of "${parent}" that is not there any more.`;
}

async function checkConflicts(
  query: Query,
  { changeset, remaining, failed }: Refusal,
  rule: string,
): Promise<RuleConflict[]> {
  const table = failed?.carries?.table ?? '';
  const message = `A rule of the remote forbids a row: ${rule}.`;
  const known = { kind: 'check', table, message } as const;
  const changes = changeset.tables.find((t) => t.table.name === table && !t.beforeSchema);
  const found: RuleConflict[] = [];
  for (const piece of changes === undefined ? [] : pieces(writes(changes, remaining))) {
    const rows = piece.map(({ change }) => change.new);
    for (const index of await findForbidden(query, changes as TableChanges, rows, rule))
      found.push(forbidden(changes as TableChanges, piece[index] as Write, known));
  }
  return found.length > 0 ? found : [{ conflict: conflictOf(known), cause: null }];
}

function forbidden(
  changes: TableChanges,
  { identity, change }: Write,
  known: Pick<Conflict, 'kind' | 'table' | 'message'>,
): RuleConflict {
  const { columns } = changes;
  const conflict = conflictOf({
    ...known,
    key: keyObject(changes, change.new),
    old: change.kind === 'update' ? rowObject(columns, change.old) : null,
    local: rowObject(columns, change.new),
  });
  return { conflict, cause: identity };
}

async function uniqueConflicts(
  query: Query,
  { changeset, remaining, failed }: Refusal,
  rule: string,
  encoding: Encoding,
): Promise<RuleConflict[]> {
  const indexed = changeset.schema.map((c) => c.object.table);
  const table = failed?.carries?.table ?? indexed.find((name) => rule.startsWith(`${name}.`)) ?? '';
  const columns = columnsIn(rule, table);
  const message = `Another row on the remote has this value already (${rule}).`;
  const known = { kind: 'unique', table, columns, message } as const;
  const changes = changeset.tables.find((t) => t.table.name === table);
  const twins = changes === undefined ? [] : await findTwins(query, changes, columns, remaining, encoding);
  if (changes === undefined || twins.length === 0) {
    const index = newIndex(changeset, failed?.about);
    const told =
      index === null ? {} : { message: indexMisfit(index.name, `UNIQUE constraint failed: ${rule}`) };
    return [{ conflict: conflictOf({ ...known, ...told }), cause: null }];
  }
  return twins.map(({ write: { identity, change }, row }) => ({
    conflict: conflictOf({
      ...known,
      key: keyObject(changes, change.new),
      old: change.kind === 'update' ? rowObject(changes.columns, change.old) : null,
      local: rowObject(changes.columns, change.new),
      remote: rowObject(changes.columns, row),
    }),
    cause: identity,
  }));
}

// SQLite names `table.column, table.column`, or an index over expressions as `index 'name'`.
function columnsIn(failed: string, table: string): string[] {
  const isNamed = failed.startsWith(`${table}.`);
  return isNamed ? failed.slice(table.length + 1).split(`, ${table}.`) : [];
}

interface Twin {
  readonly write: Write;
  readonly row: readonly SqlValue[];
}

/**
 * Finds the target's rows with the values of our new rows in these columns, except rows that are about to change or go.
 */
async function findTwins(
  query: Query,
  changes: TableChanges,
  columns: readonly string[],
  remaining: Refusal['remaining'],
  encoding: Encoding,
): Promise<Twin[]> {
  const places = columns.map((name) => changes.columns.indexOf(name));
  if (places.length === 0 || places.includes(-1)) return [];
  const twins: Twin[] = [];
  const moved = new Set(movedRows(changes, remaining));
  const terms = columns.map((name) => `t.${quoteName(name)}`);
  for (const piece of pieces(writes(changes, remaining))) {
    const values = piece.map(({ change }) => places.map((i) => change.new[i] as SqlValue));
    for (const { index, row } of await lookUp(query, changes, { terms, values }, encoding)) {
      if (!moved.has(identityOf(changes, row))) twins.push({ write: piece[index] as Write, row });
    }
  }
  return twins;
}
