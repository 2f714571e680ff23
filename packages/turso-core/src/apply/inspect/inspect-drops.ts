import type { Changeset, SchemaChange } from '../../changeset/model';
import { quoteName } from '../../sqlite/values/quote';
import type { Query } from '../../sqlite/query';
import { conflictOf, type Conflict } from '../conflict';
import type { Remaining } from '../statements/changeset-statements';
import { holdsRows } from '../statements/virtual-guards';
import { onlyRow, wholeNumber } from '../../sqlite/unexpected-answer';

/** Finds tables to be dropped with rows that others have added: these rows are not ours to drop. */
export async function inspectDrops(
  query: Query,
  changeset: Changeset,
  remaining: Pick<Remaining, 'row' | 'done'>,
): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const change of changeset.schema) {
    if (!isDropOfTable(change) || remaining.done.has(change)) continue;
    const table = change.object.name;
    const isReplaced = changeset.virtual.some((v) => v.table === table && v.keeps !== null);
    if (isReplaced || !holdsRows(change.object)) continue;
    const [count] = onlyRow(await query(`SELECT count(*) FROM main.${quoteName(table)}`));
    const added = wholeNumber(count) - countDeletes(changeset, table, remaining);
    if (added <= 0) continue;
    const rows = added === 1 ? 'a row was' : `${added} rows were`;
    const message = `You dropped this table, and ${rows} added on the remote.`;
    conflicts.push(conflictOf({ kind: 'schema', table, message }));
  }
  return conflicts;
}

function isDropOfTable({ action, object }: SchemaChange): boolean {
  return action === 'drop' && object.type === 'table';
}

function countDeletes(changeset: Changeset, table: string, remaining: Pick<Remaining, 'row'>): number {
  const changes = changeset.tables.find((t) => t.beforeSchema && t.table.name === table);
  if (changes === undefined) return 0;
  let count = 0;
  for (const change of changes.rows('delete')) if (remaining.row(changes, change)?.kind === 'delete') count++;
  return count;
}
