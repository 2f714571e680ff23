import type { RowChange, TableChanges } from '../../changeset/model';
import type { Remaining } from '../statements/changeset-statements';
import { rowIdentity } from './row-identity';

/** A change that writes a row, and the {@link rowIdentity} of the original change. */
export interface Write {
  readonly identity: string;
  readonly change: Exclude<RowChange, { kind: 'delete' }>;
}

/** Yields the rows that remain to be written. */
export function* writes(changes: TableChanges, remaining: Pick<Remaining, 'row'>): Generator<Write> {
  for (const kind of ['update', 'insert'] as const) {
    for (const meant of changes.rows(kind)) {
      const change = remaining.row(changes, meant);
      if (change !== null && change.kind !== 'delete')
        yield { identity: rowIdentity(changes, meant), change };
    }
  }
}

/** Yields the identities of the target's rows that change or go. */
export function* movedRows(changes: TableChanges, remaining: Pick<Remaining, 'row'>): Generator<string> {
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const meant of changes.rows(kind)) {
      const change = remaining.row(changes, meant);
      if (change !== null && change.kind !== 'insert') yield rowIdentity(changes, change);
    }
  }
}
