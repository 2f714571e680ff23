import type { Conflict, ConflictRow } from '../../apply/conflict';
import { textDiff } from '../definition-diff';
import { shown } from '../shown';
import { rowText } from '../value-text';
import type { PageCell, PageConflict } from './page-data';
import { pageValue } from './page-value';

const OUTCOMES = {
  merged: 'Combined.',
  overwritten: 'Yours was written.',
  kept: 'Theirs was kept.',
} as const;

/** Returns a conflict in the page's form. */
export function pageConflict(conflict: Conflict): PageConflict {
  const { kind, table, key, columns, old, local, remote, definition, message, resolution } = conflict;
  return {
    title: key === null ? shown(table) : `${shown(table)} ${rowText(key)}`,
    ...{ table, kind, message },
    resolution: resolution === null ? null : OUTCOMES[resolution],
    cells: columns.map((column) => ({
      column,
      values: [cell(old, column), cell(local, column), cell(remote, column)],
    })),
    definitions:
      definition === null
        ? []
        : [
            {
              label: `${shown(definition.name)}: old → local`,
              lines: textDiff(definition.old, definition.local, definition.type),
            },
            {
              label: `${shown(definition.name)}: old → remote`,
              lines: textDiff(definition.old, definition.remote, definition.type),
            },
          ],
  };
}

function cell(row: ConflictRow | null, column: string): PageCell {
  return row === null ? null : [pageValue(row[column] ?? null)];
}
