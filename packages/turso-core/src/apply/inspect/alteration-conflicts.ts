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
  if (!/constraint failed|mismatch|cannot store/i.test(message) && !isOfValue(message)) return [];
  return [misfitConflict(table, message)];
}

/** Returns the conflict for rows of the other side whose values an expression of a new index cannot take; null if none. */
export function indexConflict({ changeset, message: told, failed }: Refusal): Conflict | null {
  const reason = told.replace(/^SQLite error: /, '');
  const about = newIndex(changeset, failed?.about);
  if (about === null || !isOfValue(reason)) return null;
  return conflictOf({ kind: 'schema', table: about.table, message: indexMisfit(about.name, reason) });
}

/** Returns the new index that a statement was creating, or null. */
export function newIndex({ schema }: Changeset, about: ObjectName | undefined): ObjectName | null {
  const isNew = schema.some(
    ({ action, object }) => action !== 'drop' && object.type === 'index' && object.name === about?.name,
  );
  return about?.type === 'index' && isNew ? about : null;
}

/** Says that rows of the other side do not fit a new index. */
export function indexMisfit(index: string, reason: string): string {
  return `Rows on the remote do not fit your new index "${index}": ${reason}.`;
}

/** What SQLite says if an expression of a definition cannot take the values of a row, though the definition is sound. */
const OF_VALUES = [
  /malformed JSON|JSON path error|bad JSON path|JSON cannot hold|labels must be TEXT/,
  /integer overflow|string or blob too big|pattern too complex|must be a single character|invalid Unicode escape/,
];

function isOfValue(message: string): boolean {
  return OF_VALUES.some((pattern) => pattern.test(message));
}

function misfitConflict(table: string, reason: string): Conflict {
  const [, column] = /NOT NULL constraint failed: ([^\n]*)/.exec(reason) ?? [];
  const way =
    column === undefined ? '' : ` Rows that you do not have get no value there: give ${column} a DEFAULT.`;
  const message = `Rows on the remote do not fit your new definition of this table: ${reason}.${way}`;
  return conflictOf({ kind: 'schema', table, message });
}
