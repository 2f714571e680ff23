import type { RowChange, SchemaChange, TableChanges } from '../changeset/model';
import type { RowDecision } from './inspect-rows';
import type { Remaining } from './plan';
import { rowIdentity } from './row-identity';

/** What of a changeset is still to be done: at first, all of it. */
export class RemainingWork implements Remaining {
  /** Decisions about rows, by their identity; all others are to be written. */
  readonly rows = new Map<string, RowDecision>();
  readonly done: ReadonlySet<SchemaChange>;
  readonly userVersion: boolean;

  constructor(done: ReadonlySet<SchemaChange> = new Set(), userVersion = true) {
    this.done = done;
    this.userVersion = userVersion;
  }

  get isEverything(): boolean {
    return this.rows.size === 0;
  }

  row(changes: TableChanges, change: RowChange): RowDecision | 'write' {
    return this.isEverything ? 'write' : (this.rows.get(rowIdentity(changes, change)) ?? 'write');
  }

  get alreadyThere(): number {
    return [...this.rows.values()].filter((d) => d === 'skip').length;
  }

  isSameAs(other: RemainingWork): boolean {
    return (
      this.userVersion === other.userVersion &&
      this.done.size === other.done.size &&
      this.rows.size === other.rows.size &&
      [...this.rows].every(([identity, decision]) => other.rows.get(identity) === decision)
    );
  }
}
