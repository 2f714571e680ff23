import { isDeepStrictEqual } from 'node:util';
import type { RowChange, SchemaChange, TableChanges } from '../changeset/model';
import type { SchemaObject } from '../sqlite/schema/schema';
import type { Conflict } from './conflict';
import { rowIdentity } from './inspect/row-identity';
import type { Orphans } from './statements/foreign-key-guards';
import type { Remaining } from './statements/changeset-statements';
import type { Resolution } from './policy';

/**
 * The finding about a row that is not simply written. `there`: the target has the same row already. `moved`: it has
 * another hidden rowid there. `appended`: its hidden rowid is taken. The others are resolved conflicts.
 */
export type RowOutcome = 'there' | 'moved' | 'appended' | Resolution;

/** The decision about a row that is not simply to be written. */
export interface RowDecision {
  readonly outcome: RowOutcome;
  /** The change to write instead; null for nothing. */
  readonly instead: RowChange | null;
  /** The conflict that it resolved, if any. */
  readonly conflict: Conflict | null;
}

/** The decision about a row that the target already has in its final state. */
export const THERE: RowDecision = { outcome: 'there', instead: null, conflict: null };

/** The remaining work of a changeset: at first, all of it. */
export class RemainingWork implements Remaining {
  /** Decisions about rows, by their identity; all others are to be written. */
  readonly rows = new Map<string, RowDecision>();
  readonly done: ReadonlySet<SchemaChange>;
  readonly adopted: readonly SchemaObject[];
  readonly userVersion: boolean;
  /** Tables with rows under other hidden rowids on the target. */
  readonly movedRowids = new Set<string>();
  /** Conflicts with rules of the target, by the identity of the row left out because of the rule. */
  readonly keptByRule: Map<string, Conflict>;
  #orphans: readonly Orphans[];

  /** @param before - earlier findings that still hold. */
  constructor(
    { done, adopted }: Pick<Remaining, 'done' | 'adopted'> = { done: new Set(), adopted: [] },
    before: Partial<Pick<RemainingWork, 'userVersion' | 'keptByRule' | 'orphans'>> = {},
  ) {
    this.done = done;
    this.adopted = adopted;
    this.userVersion = before.userVersion ?? true;
    this.keptByRule = new Map(before.keptByRule);
    this.#orphans = before.orphans ?? [];
  }

  get orphans(): readonly Orphans[] {
    return this.#orphans;
  }

  /** Notes the rows that had no parent before, in the tables of a refusal. */
  knowOrphans(refused: readonly Orphans[], before: readonly Orphans[]): void {
    const tables = new Set(refused.map((o) => o.table));
    this.#orphans = [...this.#orphans.filter((o) => !tables.has(o.table)), ...before];
  }

  /** Leaves a row as the target has it, because a rule forbids ours. */
  keep(identity: string, conflict: Conflict): void {
    const kept = { ...conflict, resolution: 'kept' } as const;
    this.keptByRule.set(identity, kept);
    if (this.rows.get(identity) !== THERE)
      this.rows.set(identity, { outcome: 'kept', instead: null, conflict: kept });
  }

  get isEverything(): boolean {
    return this.rows.size === 0;
  }

  isUntouched(): boolean {
    return false;
  }

  row(changes: TableChanges, change: RowChange): RowChange | null {
    if (this.isEverything) return change;
    const decision = this.rows.get(rowIdentity(changes, change));
    return decision === undefined ? change : decision.instead;
  }

  count(outcome: RowOutcome): number {
    let count = 0;
    for (const decision of this.rows.values()) if (decision.outcome === outcome) count++;
    return count;
  }

  /** The conflicts resolved by the policy. */
  get resolved(): Conflict[] {
    return [...this.rows.values()].flatMap(({ conflict }) => conflict ?? []);
  }

  isSameAs(other: RemainingWork): boolean {
    return (
      this.userVersion === other.userVersion &&
      this.done.size === other.done.size &&
      isDeepStrictEqual(this.adopted, other.adopted) &&
      isDeepStrictEqual(this.orphans, other.orphans) &&
      this.rows.size === other.rows.size &&
      [...this.rows].every(([identity, decision]) => isSame(decision, other.rows.get(identity)))
    );
  }
}

function isSame(a: RowDecision, b: RowDecision | undefined): boolean {
  return a === b || (a.outcome === b?.outcome && isDeepStrictEqual(a.instead, b.instead));
}
