import type { RowChange, TableChanges } from '../../changeset/model';
import type { Remaining } from '../statements/changeset-statements';
import { rowIdentity } from './row-identity';

/** A change that writes a row, and the {@link rowIdentity} of the one that was meant. */
export interface Write {
  readonly identity: string;
  readonly change: Exclude<RowChange, { kind: 'delete' }>;
}

/** The rows that are still to be written. */
export function* writes(changes: TableChanges, remaining: Pick<Remaining, 'row'>): Generator<Write> {
  for (const kind of ['update', 'insert'] as const) {
    for (const meant of changes.rows(kind)) {
      const change = remaining.row(changes, meant);
      if (change !== null && change.kind !== 'delete')
        yield { identity: rowIdentity(changes, meant), change };
    }
  }
}

/** Identities of the rows of the other side that do not stay as they are. */
export function* movedRows(changes: TableChanges, remaining: Pick<Remaining, 'row'>): Generator<string> {
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const meant of changes.rows(kind)) {
      const change = remaining.row(changes, meant);
      if (change !== null && change.kind !== 'insert') yield rowIdentity(changes, change);
    }
  }
}
