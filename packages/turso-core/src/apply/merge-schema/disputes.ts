import type { SchemaObject } from '../../sqlite/schema/schema';
import { conflictOf, type Conflict } from '../conflict';
import type { ConflictPolicy } from '../policy';

/** A contradiction of two sides: an object with its old text, its text here, and on the remote. */
export interface ObjectDispute {
  readonly type: SchemaObject['type'];
  readonly name: string;
  readonly column: string | null;
  readonly message: string;
  readonly old: string | undefined;
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** The table of the object. Default is its own name. */
  readonly table?: string;
}

/** Collects the contradictions of two sides. */
export interface Disputes {
  /** Picks the winner, and notes that somebody has to decide if nobody has. */
  decide(dispute: ObjectDispute): 'ours' | 'theirs';
  /** Notes a contradiction that only a person can resolve. */
  refuse(dispute: ObjectDispute): void;
  conflicts(): Conflict[];
}

/** Starts collecting disputes. A policy may settle them. */
export function createDisputes(onConflict: ConflictPolicy['onConflict']): Disputes {
  const found = new Map<string, { first: ObjectDispute; all: ObjectDispute[]; byHand: boolean }>();
  const note = (dispute: ObjectDispute, byHand: boolean): void => {
    const key = `${dispute.type} ${dispute.name}`;
    const known = found.get(key) ?? { first: dispute, all: [], byHand: false };
    if (!known.all.some((d) => d.message === dispute.message)) known.all.push(dispute);
    found.set(key, { ...known, byHand: known.byHand || byHand });
  };
  return {
    decide(dispute) {
      note(dispute, false);
      return onConflict === 'write' ? 'ours' : 'theirs';
    },
    refuse: (dispute) => note(dispute, true),
    conflicts: () =>
      [...found.values()].map(({ first, all, byHand }) => {
        const { type, name, old = null, local = null, remote = null } = first;
        const resolution =
          onConflict === 'fail' || byHand ? null : onConflict === 'write' ? 'overwritten' : 'kept';
        const messages = all.map((d) => d.message);
        return conflictOf({
          kind: 'schema',
          table: first.table ?? name,
          columns: [...new Set(all.flatMap((d) => d.column ?? []))],
          message: messages.join(' '),
          definition: { type, name, old, local, remote, byHand },
          resolution,
        });
      }),
  };
}
