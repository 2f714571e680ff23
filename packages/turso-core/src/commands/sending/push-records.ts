import path from 'node:path';
import type { Changeset } from '../../changeset/model';
import type { Cost, PlanHead, PushedAs } from '../../plan/plan';
import { describePlan, planText, writeCost } from '../../plan/write-plan';
import { writePieces } from '../../sqlite/files/write-file';
import { linkOrCopy } from '../../project/state/link-or-copy';
import type { Project } from '../../project/project';
import { keepPush } from '../../project/state/pushes';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { changesIn, writeChanges } from '../comparing/written-changes';
import { needsInverse, writeInverse, type Pushed } from './inverse';

/** The pushed changes, as input for the records. */
export interface PushedChanges {
  readonly project: Project;
  readonly temporary: string;
  readonly changeset: Changeset;
  /** The database before the changes. */
  readonly before: string;
  /** The database after them. */
  readonly after: string;
  /** The changes as a plan. */
  readonly plan: PlanHead & { readonly pushed: PushedAs };
  /** Tables and views not compared. */
  readonly leftOut: readonly LeftOutTable[];
  /** The number of the push. */
  readonly number: number;
}

/**
 * The changes really written, if they differ from the intended ones. Also the tables with rows under other rowids on
 * the remote.
 */
export type Resolution = NonNullable<Pushed['resolved']> & {
  readonly movedRowids: readonly string[];
};

/**
 * The records of a push, for people to read and for an undo: its changes and, if it does not follow from them, their
 * inverse.
 */
export interface PushRecords {
  /** Starts writing them, once. {@link publish} reports a failure. */
  begin(): void;
  /**
   * Moves the records to their places. Returns the path of the pushed plan.
   *
   * @param cost - the usage of the push; null if unknown.
   */
  publish(resolved?: Resolution | null, cost?: Cost | null): Promise<string>;
  /** Waits until nothing reads the changes any more, even if the push failed. */
  rest(): Promise<void>;
}

/** Prepares the records of a push. */
export function createPushRecords(pushed: PushedChanges): PushRecords {
  const { project, temporary, changeset, plan, leftOut, number } = pushed;
  const hasInverse = needsInverse(changeset);
  const inverse = path.join(temporary, 'inverse.json');
  const of: Pushed = {
    before: path.join(temporary, 'before.db'),
    after: path.join(temporary, 'after.db'),
    plan,
    resolved: null,
  };
  // Links both files at once, because either may move meanwhile.
  const kept = hasInverse ? keepBoth(pushed, of) : Promise.resolve();
  kept.catch(() => undefined);
  let written: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await kept;
    await writeChanges(temporary, changeset, plan);
    if (hasInverse) await writeInverse(inverse, of);
  };
  const begin = (): void => {
    written ??= Promise.resolve().then(write);
    written.catch(() => undefined);
  };

  return {
    begin,
    async publish(resolved = null, cost = null) {
      begin();
      await written;
      const changes = changesIn(temporary, project);
      let record = changes.json;
      if (cost !== null) writeCost(record, plan, cost);
      if (resolved !== null) {
        const done = { ...resolved.changeset, expects: changeset.expects };
        record = path.join(temporary, 'resolved.json');
        const facts = { ...plan, leftOut, cost: cost ?? plan.cost };
        await writePieces(record, planText(describePlan(done, facts), done));
      }
      if (resolved !== null && hasInverse) {
        const { movedRowids } = resolved;
        await writeInverse(inverse, {
          ...of,
          plan: { ...plan, pushed: { ...plan.pushed, movedRowids } },
          resolved,
        });
      }
      const file = keepPush(project.files, number, { record, inverse: hasInverse ? inverse : null });
      changes.publish();
      return file;
    },
    async rest() {
      await Promise.allSettled([kept, written]);
    },
  };
}

async function keepBoth(from: PushedChanges, to: Pushed): Promise<void> {
  linkOrCopy(from.before, to.before);
  linkOrCopy(from.after, to.after);
}
