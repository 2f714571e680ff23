import type { Changeset } from '../../changeset/model';
import type { ObjectName } from '../../sqlite/statement';
import { conflictOf, type Conflict } from '../conflict';
import type { RemainingWork } from '../remaining-work';
import type { Refusal } from './inspect-rules';

/** The table whose definition a statement was changing, or that an index was put back on; else null. */
export function alteredTable({ schema }: Changeset, about: ObjectName | undefined): string | null {
  const isAltered = schema.some((c) => c.action === 'alter' && c.object.table === about?.table);
  return isAltered && (about?.type === 'table' || about?.type === 'index') ? about.table : null;
}

/** Rows and indexes that only the other side has may not fit a new definition. */
export function alterationConflicts(
  { remaining, message: told, failed }: Refusal & { readonly remaining: Pick<RemainingWork, 'adopted'> },
  table: string,
): Conflict[] {
  const message = told.replace(/^SQLite error: /, '');
  const about = failed?.about;
  const index = remaining.adopted.find((o) => o.type === about?.type && o.name === about.name);
  if (index !== undefined) {
    const what = `index "${index.name}" was added on the remote, and does not fit the new definition of this table: ${message}.`;
    return [conflictOf({ kind: 'schema', table, message: what })];
  }
  // Renaming reads whatever may use the name.
  if (/error in (?:view|trigger|table|index) /.test(message)) {
    const what = `The new definition of this table cannot be made beside what is on the remote: ${message}.`;
    return [conflictOf({ kind: 'schema', table, message: what })];
  }
  if (!/constraint failed|mismatch|cannot store/i.test(message)) return [];
  return [misfitConflict(table, message)];
}

function misfitConflict(table: string, reason: string): Conflict {
  const [, column] = /NOT NULL constraint failed: ([^\n]*)/.exec(reason) ?? [];
  const way =
    column === undefined ? '' : ` Rows that you do not have get no value there: give ${column} a DEFAULT.`;
  const message = `Rows on the remote do not fit your new definition of this table: ${reason}.${way}`;
  return conflictOf({ kind: 'schema', table, message });
}
