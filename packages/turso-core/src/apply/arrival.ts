import type { Changeset, RowChange, TableChanges } from '../changeset/model';
import { quoteName } from '../sqlite/values/quote';
import { sameRow, type Encoding, type SqlValue } from '../sqlite/values/values';
import type { Query } from '../sqlite/query';
import { inspectRows } from './inspect/inspect-rows';
import { inspectSchema } from './inspect/inspect-schema';
import { lookUp } from './inspect/look-up';
import { rowIdentity } from './inspect/row-identity';
import type { RowDecision } from './remaining-work';
import type { Target } from './target';
import { readHeader } from '../sqlite/schema/read-header';

/** What speaks for a changeset having arrived on the other side, and what against it, in numbers of changes. */
export interface Evidence {
  /** Changes that are there. */
  readonly there: number;
  /** Changes that are not there: all is as it was before. */
  readonly open: number;
}

/**
 * Finds out whether a changeset that was sent has arrived: it is there as a whole or not at all, but for what others have
 * done since. Rows that are neither as before nor as afterwards say nothing.
 */
export function findEvidence(changeset: Changeset, target: Target): Promise<Evidence> {
  return target.read(async (query) => {
    const { encoding, userVersion } = await readHeader(query);
    const schema = await inspectSchema(query, changeset, encoding);
    const evidence = { there: 0, open: 0 };
    for (const change of changeset.schema) {
      if (schema.done.has(change)) evidence.there++;
      else if (schema.conflicts.length === 0) evidence.open++;
    }
    if (changeset.userVersion !== null) count(evidence, userVersion, changeset.userVersion);
    for (const changes of changeset.tables) {
      if (!schema.tables.has(changes.table.name)) continue;
      await weighRows(query, changes, { encoding, evidence });
    }
    if (evidence.there + evidence.open === 0) await weighSequences(query, changeset, evidence);
    return evidence;
  });
}

type Counting = { -readonly [key in keyof Evidence]: Evidence[key] };

interface Weighing {
  readonly encoding: Encoding;
  readonly evidence: Counting;
}

async function weighRows(
  query: Query,
  changes: TableChanges,
  { encoding, evidence }: Weighing,
): Promise<void> {
  const decisions = new Map<string, RowDecision>();
  const policy = { merge: 'rows', onConflict: 'fail' } as const;
  const conflicts = await inspectRows(query, changes, { encoding, policy, isMoved: false }, (id, what) =>
    decisions.set(id, what),
  );
  const total = changes.count('delete') + changes.count('update') + changes.count('insert');
  const decided = [...decisions.values()];
  evidence.there += decided.filter(({ outcome }) => outcome === 'there').length;
  // A row that only has another hidden rowid there is as it was.
  const moved = decided.filter(({ outcome, instead }) => outcome === 'moved' && instead !== null);
  evidence.open += total - decided.length - conflicts.length + moved.length;
  for (const change of changes.rows('insert')) {
    if (decisions.get(rowIdentity(changes, change))?.outcome !== 'appended') continue;
    if (await wasAppended(query, changes, change, encoding)) evidence.there++;
    else evidence.open++;
  }
}

/** Whether the other side has a row of this content once more than the base, under whatever hidden rowid. */
async function wasAppended(
  query: Query,
  changes: TableChanges,
  change: RowChange,
  encoding: Encoding,
): Promise<boolean> {
  if (change.kind !== 'insert') return false;
  // NULL equals nothing; such columns are compared afterwards.
  const known = changes.columns.map((_, i) => i).filter((i) => i > 0 && change.new[i] !== null);
  const terms = known.map((i) => `t.${quoteName(changes.columns[i] ?? '')}`);
  const values = [known.map((i) => change.new[i] as SqlValue)];
  const content = change.new.slice(1);
  const found = await lookUp(query, changes, { terms, values }, encoding);
  const there = found.filter(({ row }) => sameRow(row.slice(1), content)).length;
  return there > (changes.countBefore?.([content], [there])[0] ?? 0);
}

async function weighSequences(query: Query, { sequences }: Changeset, evidence: Counting): Promise<void> {
  for (const { table, from, to } of sequences) {
    const [row] = await query('SELECT seq FROM sqlite_sequence WHERE name = ?', [table]);
    count(evidence, row?.[0] ?? null, { from, to });
  }
}

function count(evidence: Counting, value: unknown, { from, to }: { from: unknown; to: unknown }): void {
  const isSame = (other: unknown): boolean =>
    value === other || (value !== null && other !== null && Number(value) === Number(other));
  if (isSame(to)) evidence.there++;
  else if (isSame(from)) evidence.open++;
}
